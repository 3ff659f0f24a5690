import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type CommunityMap = components['schemas']['CommunityMap']
export type MapDevice = components['schemas']['MapDevice']
export type PlaceKind = MapDevice['kind']

/** What the categories of a kind begin with; the server draws by the same rule. */
export const CATEGORIES: Record<'door' | 'gate' | 'camera', string> = {
  door: 'community/people',
  gate: 'community/car',
  camera: 'community/video',
}

export function useMap(communityId: () => string | null) {
  const map = useResource(() => {
    const id = communityId()
    return id
      ? answer(
          api.GET('/api/console/communities/{community_id}/map', {
            params: { path: { community_id: Number(id) } },
          }),
        )
      : null
  }, [communityId])

  const at = (iotId: string) => ({
    params: { path: { community_id: Number(communityId()), iot_id: iotId } },
  })

  return {
    ...map,
    place: (iotId: string, lng: number, lat: number) =>
      api.PUT('/api/console/communities/{community_id}/map/devices/{iot_id}', {
        ...at(iotId),
        body: { lng, lat },
      }),
    takeOff: (iotId: string) =>
      api.DELETE('/api/console/communities/{community_id}/map/devices/{iot_id}', at(iotId)),
    setPlan: (file: File, metres: number) => {
      const form = new FormData()
      form.append('file', file)
      return api.POST('/api/console/communities/{community_id}/map/plan', {
        params: { path: { community_id: Number(communityId()) }, query: { metres } },
        body: form as never,
        bodySerializer: (body) => body as unknown as FormData,
      })
    },
    dropPlan: () =>
      api.DELETE('/api/console/communities/{community_id}/map/plan', {
        params: { path: { community_id: Number(communityId()) } },
      }),
  }
}
