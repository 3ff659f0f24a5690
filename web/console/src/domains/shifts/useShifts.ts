import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Shift = Schemas['ShiftLine']
export type ShiftView = Schemas['ShiftView']

export const STATES = ['open', 'closed', 'differs'] as const
type State = (typeof STATES)[number]
const at = (communityId: string) => ({ community_id: Number(communityId) })

export const shiftQuery = (state: ListState) => ({
  state: (state.filter('state') || undefined) as State | undefined,
  sinceMs: Number(state.filter('from')) || undefined,
  untilMs: Number(state.filter('to')) || undefined,
})

export const useShifts = (state: ListState, communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as Shift[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/parking/shifts', {
        params: {
          path: at(community),
          query: { ...shiftQuery(state), pageNo: state.page.value, pageSize: state.size.value },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])

export const useShift = (communityId: () => string | null, shiftId: () => string | null) =>
  useResource(() => {
    const [community, shift] = [communityId(), shiftId()]
    return community && shift
      ? answer(
          api.GET('/api/console/communities/{community_id}/parking/shifts/{shift_id}', {
            params: { path: { ...at(community), shift_id: Number(shift) } },
          }),
        )
      : null
  }, [communityId, shiftId])

/** Cash of the last 7 days, by day. */
export const useCashDays = (communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/parking/shifts/days', {
            params: { path: at(community) },
          }),
        )
      : null
  }, [communityId])

/** What the signed-in person holds in cash. */
export const useOwnShift = (communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/parking/shifts/mine', {
            params: { path: at(community) },
          }),
        )
      : null
  }, [communityId])

export const useHandOver = (communityId: () => string | null) =>
  useAction((countedFen: number, reason: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/parking/shifts/mine/hand-over', {
        params: { path: at(communityId() ?? '0') },
        body: { countedFen, reason },
      }),
    ),
  )
