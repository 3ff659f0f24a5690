import { computed, ref, shallowRef } from 'vue'
import { api, answer } from '@/api/client'
import type { components } from '@/api/schema'
import { useSession } from './useSession'

export type CommunityOption = components['schemas']['CommunityRow']

const STORED = 'linli.community'
const options = shallowRef<CommunityOption[] | null>(null)
const chosen = ref<string>(localStorage.getItem(STORED) ?? '')
const MOST = 100

const APPROVED = 2

/** Where to begin when nothing was chosen: a community that is in use, before one that waits for its review. */
function firstUsable(rows: readonly CommunityOption[] | null): CommunityOption | undefined {
  return rows?.find((one) => one.applyStatus === APPROVED) ?? rows?.[0]
}

/** The community being worked in: chosen at the top, kept on this machine. */
export function useCommunity() {
  const session = useSession()
  const current = computed(
    () => options.value?.find((one) => one.id === chosen.value) ?? firstUsable(options.value) ?? null,
  )

  async function load(): Promise<void> {
    if (!session.me.value?.tenant || !session.may('communities.use')) {
      options.value = []
      return
    }
    const page = await answer(api.GET('/api/console/communities', { params: { query: { pageSize: MOST } } }))
    options.value = page.data
  }

  function choose(id: string): void {
    chosen.value = id
    localStorage.setItem(STORED, id)
  }

  return {
    options,
    current,
    id: computed(() => current.value?.id ?? null),
    load,
    choose,
    forget: () => (options.value = null),
  }
}
