import { computed, ref, shallowRef } from 'vue'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Community = components['schemas']['CommunityCard']

const STORED = 'linli.resident.community'
const mine = shallowRef<Community[] | null>(null)
const chosen = ref(localStorage.getItem(STORED) ?? '')

/** The communities that the resident belongs to, and the one that is shown. */
export function useCommunity() {
  const current = computed(
    () =>
      mine.value?.find((community) => community.id === chosen.value && community.mine) ??
      mine.value?.find((community) => community.mine) ??
      null,
  )

  /** Where one lives and whose service does not run. */
  const suspended = computed(() => mine.value?.find((community) => community.suspended) ?? null)

  async function load(): Promise<Community[]> {
    mine.value = await answer(api.GET('/api/resident/communities'))
    return mine.value
  }

  function choose(id: string): void {
    chosen.value = id
    localStorage.setItem(STORED, id)
  }

  return { mine, current, suspended, id: computed(() => current.value?.id ?? null), load, choose }
}
