import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type CommunityHealth = components['schemas']['CommunityHealth']
export type HealthFinding = components['schemas']['HealthFinding']
export type FindingKind = HealthFinding['kind']

/** The worst first, as lists have them. */
export const KINDS = [
  'black',
  'white',
  'covered',
  'moved',
  'frozen',
  'blurred',
  'lost',
  'clock',
] as const satisfies readonly FindingKind[]
export const MUTE_DAYS = 7

/** What is wrong with the pictures of a community's cameras. */
export function useCommunityHealth(communityId: () => string) {
  return () =>
    answer(
      api.GET('/api/console/communities/{community_id}/camera-health', {
        params: { path: { community_id: Number(communityId()) } },
      }),
    )
}

/** What is asked and said of one camera's picture. */
export function useHealth(communityId: () => string, cameraId: () => string) {
  const at = () => ({
    params: { path: { community_id: Number(communityId()), camera_id: Number(cameraId()) } },
  })
  return {
    view: () => answer(api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/health', at())),
    picture: (name: string) =>
      answer(
        api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/health/pictures/{name}', {
          params: { path: { ...at().params.path, name } },
        }),
      ),
    look: async () => {
      await api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/health/look', at())
      return true
    },
    renew: async () => {
      await api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/health/view', at())
      return true
    },
    switchTo: async (on: boolean) => {
      await api.PUT('/api/console/communities/{community_id}/cameras/{camera_id}/health', {
        ...at(),
        body: { on },
      })
      return true
    },
    mute: async (kind: FindingKind, days: number) => {
      await api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/health/mute', {
        ...at(),
        body: { kind, days },
      })
      return true
    },
  }
}
