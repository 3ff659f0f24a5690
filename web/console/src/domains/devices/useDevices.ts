import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DeviceRow = components['schemas']['DeviceRow']
export type DeviceDetail = components['schemas']['DeviceDetail']
export type DeviceState = DeviceRow['state']
type DeviceSort = 'name' | '-name' | 'seen' | '-seen' | 'created' | '-created'
export type MessageRow = components['schemas']['MessageRow']

export const STATES: readonly DeviceState[] = ['online', 'offline', 'unactive', 'disabled']
export const toneOf = (state: DeviceState): Tone =>
  (({ online: 'ok', offline: 'idle', unactive: 'busy', disabled: 'warn' }) as const)[state]

function asked(state: ListState, community: string | null) {
  return {
    communityId: community && state.filter('everywhere') === '' ? community : undefined,
    q: state.filter('q') || undefined,
    state: (state.filter('state') as DeviceState) || undefined,
    productKey: state.filter('productKey') || undefined,
  }
}

/** Where all devices that fit are downloaded from. */
export function exportOf(state: ListState, community: string | null): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(asked(state, community))) if (value) query.set(name, value)
  return `/api/console/devices/export.csv?${query}`
}

export function useDevices(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return answer(
      api.GET('/api/console/devices', {
        params: {
          query: {
            ...asked(state, community),
            pageNo: state.page.value,
            pageSize: state.size.value,
            sort: (state.sort.value || undefined) as DeviceSort | undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.sort, state.filters, communityId])
}

const path = (iotId: string) => ({ path: { iot_id: iotId } })

/** How much a device said and was asked in the last 24 hours. */
export function useActivity(iotId: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/activity', { params: path(iotId()) })),
    [iotId],
  )
}

/** The firmware that a device says it runs, by module. */
export function useModules(iotId: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/firmware', { params: path(iotId()) })),
    [iotId],
  )
}

export function useDevice(iotId: () => string | null) {
  return useResource(() => {
    const chosen = iotId()
    return chosen ? answer(api.GET('/api/console/devices/{iot_id}', { params: path(chosen) })) : null
  }, [iotId])
}

export function useProperties(iotId: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/properties', { params: path(iotId()) })),
    [iotId],
  )
}

export function usePoints(iotId: () => string, identifier: () => string | null, hours: () => number) {
  return useResource(() => {
    const chosen = identifier()
    if (!chosen) return null
    const toMs = Date.now()
    return answer(
      api.GET('/api/console/devices/{iot_id}/properties/{identifier}/points', {
        params: {
          path: { iot_id: iotId(), identifier: chosen },
          query: { fromMs: toMs - hours() * 3_600_000, toMs },
        },
      }),
    )
  }, [iotId, identifier, hours])
}

export function useEvents(iotId: () => string, state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/devices/{iot_id}/events', {
          params: { ...path(iotId()), query: { pageNo: state.page.value, pageSize: state.size.value } },
        }),
      ),
    [iotId, state.page, state.size],
  )
}

export function useMessages(iotId: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/messages', { params: path(iotId()) })),
    [iotId],
  )
}

/** Call a service; a failure is an answer too, with its cause in words. */
export function useInvoke(iotId: () => string) {
  return useAction((identifier: string, args: Record<string, unknown>, wait: boolean) =>
    answer(
      api.POST('/api/console/devices/{iot_id}/debug/call', {
        params: path(iotId()),
        body: { kind: 'service', identifier, args, wait },
      }),
    ),
  )
}

export function useSetProperties(iotId: () => string) {
  return useAction((items: Record<string, unknown>) =>
    answer(
      api.POST('/api/console/devices/{iot_id}/properties/set', { params: path(iotId()), body: { items } }),
    ),
  )
}

const CALL = 'down-'

/** A call to a device as it is kept, with why it failed; null for messages of other kinds. */
export function useRecordedCall(row: () => MessageRow) {
  return useResource(() => {
    const { id, iotId, direction } = row()
    if (direction !== 'down' || !id.startsWith(CALL)) return null
    return answer(
      api.GET('/api/console/devices/{iot_id}/debug/calls/{call_id}', {
        params: { path: { iot_id: iotId, call_id: id.slice(CALL.length) } },
      }),
    )
  }, [() => row().id, () => row().state])
}
