import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ResidentRow = components['schemas']['ResidentRow']

/** MEMBER_TYPE and RESIDENT_STATUS of the wire. */
export const MEMBER_TYPES = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const
export const STATUSES = [1, 2, 3, 4] as const
export const statusTone = (status: number): Tone =>
  (['idle', 'ok', 'busy', 'bad', 'idle'] as Tone[])[status] ?? 'idle'

const path = (communityId: string) => ({ community_id: Number(communityId) })

export function useResidents(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as ResidentRow[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/residents', {
        params: {
          path: path(community),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            status: state.filter('status') ? Number(state.filter('status')) : undefined,
            houseId: state.filter('house') ? Number(state.filter('house')) : undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])
}

export function useResidentChanges(communityId: () => string) {
  const add = useAction((body: components['schemas']['NewResident']) =>
    answer(
      api.POST('/api/console/communities/{community_id}/residents', {
        params: { path: path(communityId()) },
        body,
      }),
    ),
  )
  const moveOut = useAction(async (houseId: string, identityId: string) => {
    await api.POST('/api/console/communities/{community_id}/residents/move-out', {
      params: { path: path(communityId()) },
      body: { houseId: Number(houseId), identityId },
    })
    return true
  })
  return { add, moveOut }
}
