import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DoorIntercom = components['schemas']['DoorIntercom']
export type HouseIntercom = components['schemas']['HouseIntercom']
export type RingStep = components['schemas']['RingStep']
export type PhoneState = components['schemas']['PhoneState']

/** The account of a door, its rooms, and how far their delivery got; `again` tries a delivery once more. */
export function useDoorIntercom(iotId: () => string) {
  const intercom = useResource(
    () => answer(api.GET('/api/console/doors/{iot_id}/intercom', { params: { path: { iot_id: iotId() } } })),
    [iotId],
  )
  const again = useAction(async (id: string) => {
    await api.POST('/api/console/deliveries/{delivery_id}/retry', {
      params: { path: { delivery_id: Number(id) } },
    })
    await intercom.reload()
    return true
  })
  return { intercom, again }
}

/** The way of a call from a door to a room's home, step by step. */
export function useRingCheck(iotId: () => string, roomId: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/doors/{iot_id}/intercom/why', {
          params: { path: { iot_id: iotId() }, query: { roomId: roomId() } },
        }),
      ),
    [iotId, roomId],
  )
}

/** The group of a house and the phones in it; null where it has none. */
export function useHouseIntercom(communityId: () => string, houseId: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/houses/{house_id}/intercom', {
          params: { path: { community_id: Number(communityId()), house_id: Number(houseId()) } },
        }),
      ),
    [communityId, houseId],
  )
}
