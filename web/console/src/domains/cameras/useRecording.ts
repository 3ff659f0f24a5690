import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type RecordingPlan = components['schemas']['RecordingPlanForm']
export type RecordingCondition = components['schemas']['RecordingCondition']
export type RecordingThumbnail = components['schemas']['RecordingThumbnail']
export type RecordedFile = components['schemas']['RecordedFile']
export type RecordingHole = components['schemas']['RecordingHole']

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
    thumbnails: (beginMs: number, endMs: number) =>
      answer(
        api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/timeline/thumbnails', {
          params: { ...params(), query: { beginMs: Math.round(beginMs), endMs: Math.round(endMs) } },
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
