import { computed, readonly, ref, shallowRef } from 'vue'
import { api, answer } from '@/api/client'
import type { components } from '@/api/schema'
import { useSession } from './useSession'

export type CommunityOption = components['schemas']['CommunityRow']

const STORED = 'linli.community'
const options = shallowRef<CommunityOption[] | null>(null)
const asked = ref(false)
const chosen = ref<string>(localStorage.getItem(STORED) ?? '')
const MOST = 100

const APPROVED = 2

/** Where to begin when nothing was chosen: a community that is in use, before one that waits for its review. */
function firstUsable(rows: readonly CommunityOption[] | null): CommunityOption | undefined {
  return rows?.find((row) => row.applyStatus === APPROVED) ?? rows?.[0]
}

/** The community being worked in: chosen at the top, kept on this machine. */
export function useCommunity() {
  const session = useSession()
  const current = computed(
    () => options.value?.find((option) => option.id === chosen.value) ?? firstUsable(options.value) ?? null,
  )

  async function load(): Promise<void> {
    try {
      if (!session.me.value?.tenant || !session.me.value.rights.length) options.value = []
      else {
        const query = { pageSize: MOST }
        options.value = (await answer(api.GET('/api/console/communities', { params: { query } }))).data
      }
    } finally {
      asked.value = true
    }
  }

  function choose(id: string): void {
    chosen.value = id
    localStorage.setItem(STORED, id)
  }

  return {
    options,
    current,
    id: computed(() => current.value?.id ?? null),
    /** Asked for, whatever came of it: a page drawn before is drawn again once its community is known. */
    asked: readonly(asked),
    load,
    choose,
    forget: () => {
      options.value = null
      asked.value = false
    },
  }
}
