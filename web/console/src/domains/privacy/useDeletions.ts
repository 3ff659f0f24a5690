import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DeletionRow = components['schemas']['DeletionRow']
export const STATES = ['waiting', 'done', 'refused', 'withdrawn'] as const
const TONES: Record<string, Tone> = { waiting: 'busy', done: 'ok', refused: 'bad', withdrawn: 'idle' }
export const tone = (state: string): Tone => TONES[state] ?? 'idle'

/** Residents' requests for deletion, those that wait first. */
export function useDeletions(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as DeletionRow[] })
    const wanted = STATES.find((option) => option === state.filter('state'))
    return answer(
      api.GET('/api/console/communities/{community_id}/deletion-requests', {
        params: {
          path: { community_id: Number(community) },
          query: { pageNo: state.page.value, pageSize: state.size.value, state: wanted },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])
}

export function useDecisions(communityId: () => string | null, done: () => Promise<void>) {
  const at = (id: string) => ({
    params: { path: { community_id: Number(communityId()), request_id: Number(id) } },
  })
  const execute = useAction(async (id: string) => {
    await api.POST('/api/console/communities/{community_id}/deletion-requests/{request_id}/execute', at(id))
    await done()
    return true
  })
  const refuse = useAction(async (id: string, reason: string) => {
    await api.POST('/api/console/communities/{community_id}/deletion-requests/{request_id}/refuse', {
      ...at(id),
      body: { reason },
    })
    await done()
    return true
  })
  return { execute, refuse }
}
