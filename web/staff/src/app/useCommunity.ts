import { computed, ref, shallowRef } from 'vue'
import { answer, api, type Schemas } from '@/api/client'

export type Community = Schemas['CommunityRow']

const STORED = 'linli.community'
const APPROVED = 2
const MOST = 100
const all = shallowRef<Community[] | null>(null)
/** Names of those whose service does not run: nothing is worked on there. */
const suspended = shallowRef<string[]>([])
const chosen = ref(localStorage.getItem(STORED) ?? '')

/** The community being worked in: the same choice as on the console of this machine. */
export function useCommunity() {
  const current = computed(
    () => all.value?.find((item) => item.id === chosen.value) ?? all.value?.[0] ?? null,
  )

  async function load(): Promise<Community[]> {
    const page = await answer(api.GET('/api/console/communities', { params: { query: { pageSize: MOST } } }))
    const managed = page.data.filter((community) => community.applyStatus === APPROVED)
    all.value = managed.filter((community) => community.serviceState === 'running')
    suspended.value = managed
      .filter((community) => community.serviceState !== 'running')
      .map((community) => community.name)
    return all.value
  }

  function choose(id: string): void {
    chosen.value = id
    localStorage.setItem(STORED, id)
  }

  return { all, suspended, current, id: computed(() => current.value?.id ?? null), load, choose }
}
