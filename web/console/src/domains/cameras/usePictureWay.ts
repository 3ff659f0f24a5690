import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type PictureWay = components['schemas']['PictureWay']
export type PictureWayForm = components['schemas']['PictureWayForm']
export const MAKERS = ['hikvision', 'dahua', 'uniview', 'other'] as const

/** Single pictures of a camera by its maker's own interface. */
export function usePictureWay(communityId: () => string, iotId: () => string) {
  const params = () => ({ path: { community_id: Number(communityId()), iot_id: iotId() } })
  return {
    read: () =>
      answer(
        api.GET('/api/console/communities/{community_id}/camera-pictures/{iot_id}', { params: params() }),
      ),
    set: async (body: PictureWayForm) => {
      await api.PUT('/api/console/communities/{community_id}/camera-pictures/{iot_id}', {
        params: params(),
        body,
      })
      return true
    },
    drop: async () => {
      await api.DELETE('/api/console/communities/{community_id}/camera-pictures/{iot_id}', {
        params: params(),
      })
      return true
    },
    take: () =>
      answer(
        api.POST('/api/console/communities/{community_id}/camera-pictures/{iot_id}/take', {
          params: params(),
        }),
      ),
  }
}
