import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DoorRow = components['schemas']['DoorRow']
export type DoorDetail = components['schemas']['DoorDetail']
export type DoorOpened = components['schemas']['DoorOpened']

export function useDoors(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as DoorRow[] })
    return answer(
      api.GET('/api/console/doors', {
        params: {
          query: {
            communityId: Number(community),
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            state: (state.filter('state') as 'online' | 'offline') || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])
}

export function useDoor(iotId: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/doors/{iot_id}', { params: { path: { iot_id: iotId() } } })),
    [iotId],
  )
}

export function useRegisterDoor() {
  return useAction((body: components['schemas']['DoorRegistration']) =>
    answer(api.POST('/api/console/doors', { body })),
  )
}

export function useOpenDoor() {
  return useAction((iotId: string, reason: string) =>
    answer(
      api.POST('/api/console/doors/{iot_id}/open', { params: { path: { iot_id: iotId } }, body: { reason } }),
    ),
  )
}
