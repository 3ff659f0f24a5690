import { onScopeDispose } from 'vue'
import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type LaneClaim = Schemas['LaneClaimRow']
export type HourOfLane = Schemas['HourOfLane']

/** A seat is heard of so often; the platform gives its lanes back after a minute of silence. */
const BEAT_MS = 15_000
const path = '/api/console/communities/{community_id}/parking/lanes/{lane_id}/claim'

/** Entrances that need a person, and which seat sees to which. */
export const useControlRoom = (communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/parking/control-room', {
            params: { path: { community_id: Number(community) } },
          }),
        )
      : null
  }, [communityId])

/** The last passes of one entrance, with their pictures. */
export const useLastPasses = (communityId: () => string, laneId: () => string) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/parking/passes', {
          params: {
            path: { community_id: Number(communityId()) },
            query: { pageNo: 1, pageSize: 4, laneId: Number(laneId()) },
          },
        }),
      ),
    [communityId, laneId],
  )

const DAY_AGAIN_MS = 60_000

/** The last 24 hours of one entrance, looked at again each minute while the page is in sight. */
export function useLaneDay(communityId: () => string, laneId: () => string) {
  const day = useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/parking/lanes/{lane_id}/day', {
          params: { path: { community_id: Number(communityId()), lane_id: Number(laneId()) } },
        }),
      ),
    [communityId, laneId],
  )
  const timer = setInterval(() => {
    if (!document.hidden) void day.refresh()
  }, DAY_AGAIN_MS)
  onScopeDispose(() => clearInterval(timer))
  return day
}

/** Take, keep and give back. What this seat has is kept while the page stands, and given back when it goes. */
export function useClaims(
  communityId: () => string,
  mine: () => readonly string[],
  changed: () => Promise<unknown>,
) {
  const at = (laneId: string) => ({
    params: { path: { community_id: Number(communityId()), lane_id: Number(laneId) } },
  })
  const claim = useAction(async (laneId: string, reason: string) => {
    const row = await answer(api.POST(path, { ...at(laneId), body: { reason } }))
    await changed()
    return row
  })
  const giveBack = useAction(async (laneId: string) => {
    await api.DELETE(path, at(laneId))
    await changed()
    return true
  })
  const keep = useAction(async (laneId: string) => {
    await api.PUT(path, at(laneId))
    return true
  })
  const timer = setInterval(() => {
    for (const laneId of mine()) void keep.run(laneId).then((kept) => (kept ? undefined : changed()))
  }, BEAT_MS)
  onScopeDispose(() => {
    clearInterval(timer)
    for (const laneId of mine()) void api.DELETE(path, { ...at(laneId), keepalive: true }).catch(() => {})
  })
  return { claim, giveBack }
}
