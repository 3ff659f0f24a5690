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
            state: (state.filter('state') as 'online' | 'offline' | 'alone') || undefined,
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

/** How wrong a door's clock is, in words; empty while nobody knows. */
export function clockWords(
  row: { clockOffMs: number | null; clockWrong: boolean },
  t: (key: string, facts?: Record<string, unknown>) => string,
): string {
  const off = row.clockOffMs
  if (off === null) return ''
  if (!row.clockWrong) return t('doors.clock.right')
  const minutes = Math.round(Math.abs(off) / 60_000)
  const way = off > 0 ? 'fast' : 'slow'
  return minutes < 180
    ? t(`doors.clock.${way}`, { minutes })
    : t(`doors.clock.${way}Hours`, { hours: Math.round(minutes / 60) })
}
