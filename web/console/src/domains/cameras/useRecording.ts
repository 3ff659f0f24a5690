import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type RecordingPlan = components['schemas']['RecordingPlanForm']
export type RecordingCondition = components['schemas']['RecordingCondition']
export type RecordedFile = components['schemas']['RecordedFile']
export type RecordingHole = components['schemas']['RecordingHole']
export type RecordingView = components['schemas']['RecordingView']

/** What is asked of the platform's own recordings of one camera. */
export function useRecording(communityId: () => string, cameraId: () => string) {
  const params = () => ({
    path: { community_id: Number(communityId()), camera_id: Number(cameraId()) },
  })
  return {
    condition: () =>
      answer(
        api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/recording', {
          params: params(),
        }),
      ),
    plan: async (body: RecordingPlan) => {
      await api.PUT('/api/console/communities/{community_id}/cameras/{camera_id}/recording', {
        params: params(),
        body,
      })
      return true
    },
    manual: async (minutes: number) => {
      await api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/recording/manual', {
        params: params(),
        body: { minutes },
      })
      return true
    },
    timeline: (beginMs: number, endMs: number) =>
      answer(
        api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/timeline', {
          params: { ...params(), query: { beginMs, endMs } },
        }),
      ),
    play: (beginMs: number, endMs: number) =>
      answer(
        api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/timeline/play', {
          params: params(),
          body: { beginMs, endMs },
        }),
      ),
    download: (beginMs: number, endMs: number, reason: string) =>
      answer(
        api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/timeline/download', {
          params: params(),
          body: { beginMs, endMs, reason },
        }),
      ),
    lock: (beginMs: number, endMs: number, reason: string, locked: boolean) =>
      answer(
        api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/timeline/lock', {
          params: params(),
          body: { beginMs, endMs, reason, locked },
        }),
      ),
  }
}

/** Who looked at a camera's recordings, the last first. */
export function useRecordingViews(
  communityId: () => string | null,
  cameraId: () => string,
  page: () => number,
) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/timeline/views', {
            params: {
              path: { community_id: Number(community), camera_id: Number(cameraId()) },
              query: { pageNo: page(), pageSize: 10 },
            },
          }),
        )
      : null
  }, [communityId, cameraId, page])
}
