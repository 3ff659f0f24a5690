import { useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type CameraLook = components['schemas']['CameraLook']

/** Kinds of looks that the list is narrowed by. */
export const KINDS = ['live', 'playback', 'export', 'test', 'lock', 'talk'] as const

/** Who looked at a camera, the last first. */
export function useCameraLooks(communityId: () => string | null, cameraId: () => string, page: () => number) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/camera-looks', {
            params: {
              path: { community_id: Number(community) },
              query: { cameraId: Number(cameraId()), pageNo: page(), pageSize: 10 },
            },
          }),
        )
      : null
  }, [communityId, cameraId, page])
}

/** Who looked at cameras of a community, as the list is narrowed. */
export function useLooks(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/camera-looks', {
            params: {
              path: { community_id: Number(community) },
              query: { pageNo: state.page.value, pageSize: state.size.value, ...lookQuery(state) },
            },
          }),
        )
      : null
  }, [state.page, state.size, state.filters, communityId])
}

/** Those who are in the list. */
export function useLookers(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/camera-looks/people', {
            params: { path: { community_id: Number(community) } },
          }),
        )
      : null
  }, [communityId])
}

/** The filters of looks, as the list and its file take them. */
export function lookQuery(state: ListState) {
  return {
    cameraId: Number(state.filter('camera')) || undefined,
    who: state.filter('who') || undefined,
    kind: KINDS.find((kind) => kind === state.filter('kind')),
    fromMs: Number(state.filter('from')) || undefined,
    toMs: Number(state.filter('to')) || undefined,
  }
}
