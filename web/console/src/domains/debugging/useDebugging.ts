import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DebugCall = components['schemas']['DebugCall']
export type DebugOutcome = components['schemas']['DebugOutcome']
export type Simulation = components['schemas']['SimulationState']
export type SimulationSettings = components['schemas']['SimulationSettings']
export type Trace = components['schemas']['Trace']
export type Hop = components['schemas']['Hop']
export type LogRow = components['schemas']['DeviceLogRow']
export type LogKind = LogRow['kind']
export type RefusedRow = components['schemas']['RefusedRow']
export type RefusedStranger = components['schemas']['RefusedStrangerRow']

const path = (iotId: string) => ({ path: { iot_id: iotId } })

export const LOG_KINDS: readonly LogKind[] = [
  'property',
  'event',
  'reply',
  'status',
  'request',
  'other',
  'down',
  'own',
  'ota',
  'refused',
]

const TONES: Record<string, Tone> = {
  handled: 'ok',
  answered: 'ok',
  succeeded: 'ok',
  waiting: 'busy',
  sent: 'busy',
  parked: 'bad',
  refused: 'bad',
  failed: 'bad',
  ERROR: 'bad',
  FATAL: 'bad',
  WARN: 'warn',
  timed_out: 'warn',
  offline: 'warn',
}
export const toneOfState = (state: string): Tone => TONES[state] ?? 'idle'

/** Find devices by name for a choice. */
export function findDevices(words: string, productKey?: string) {
  return answer(
    api.GET('/api/console/devices', {
      params: { query: { q: words || undefined, productKey, pageSize: 20 } },
    }),
  )
}

export function useDebugCall(iotId: () => string) {
  return useAction((body: DebugCall) =>
    answer(api.POST('/api/console/devices/{iot_id}/debug/call', { params: path(iotId()), body })),
  )
}

/** The simulator of one device: its state, and everything that changes it. */
export function useSimulator(iotId: () => string) {
  const state = useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/simulator', { params: path(iotId()) })),
    [iotId],
  )
  const start = useAction(async (body: SimulationSettings) => {
    await api.POST('/api/console/devices/{iot_id}/simulator', { params: path(iotId()), body })
    await state.reload()
  })
  const configure = useAction(async (body: SimulationSettings) => {
    await api.PUT('/api/console/devices/{iot_id}/simulator', { params: path(iotId()), body })
    await state.reload()
  })
  const tell = useAction(async (body: components['schemas']['SimulatedAct']) => {
    await api.POST('/api/console/devices/{iot_id}/simulator/acts', { params: path(iotId()), body })
    return true
  })
  const stop = useAction(async () => {
    await api.DELETE('/api/console/devices/{iot_id}/simulator', { params: path(iotId()) })
    await state.reload()
  })
  const watch = async (): Promise<void> => {
    try {
      await api.POST('/api/console/devices/{iot_id}/simulator/watch', { params: path(iotId()) })
    } catch {
      await state.reload() // it has ended
    }
  }
  return { state, start, configure, tell, stop, watch }
}

export interface LogFilter {
  kinds?: string
  q?: string
  fromMs?: number
  toMs?: number
}

export function searchLog(iotId: string, filter: LogFilter, before?: string) {
  return answer(
    api.GET('/api/console/devices/{iot_id}/log', {
      params: { ...path(iotId), query: { ...filter, before, limit: 100 } },
    }),
  )
}

export function logExportAddress(iotId: string, filter: LogFilter): string {
  const query = new URLSearchParams(
    Object.entries(filter)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([key, value]) => [key, String(value)]),
  )
  return `/api/console/devices/${iotId}/log/export.csv?${query}`
}

export function useRefused(state: ListState, wanted: () => boolean) {
  return useResource(
    () =>
      wanted()
        ? answer(
            api.GET('/api/console/refused-uplinks', {
              params: {
                query: {
                  pageNo: state.page.value,
                  pageSize: state.size.value,
                  iotId: state.filter('iotId') || undefined,
                  q: state.filter('q') || undefined,
                },
              },
            }),
          )
        : null,
    [state.page, state.size, state.filters],
  )
}

/** Refused attempts for which no device is known. `everywhere`: as the installation's operator sees them. */
export function useRefusedStrangers(state: ListState, everywhere: boolean) {
  return useResource(() => {
    const query = {
      pageNo: state.page.value,
      pageSize: state.size.value,
      q: state.filter('q') || undefined,
    }
    return everywhere
      ? answer(api.GET('/api/console/health/refused-strangers', { params: { query } }))
      : answer(api.GET('/api/console/refused-strangers', { params: { query } }))
  }, [state.page, state.size, state.filters])
}

export function useTrace(id: () => string) {
  return useResource(
    () => (id() ? answer(api.GET('/api/console/trace', { params: { query: { id: id() } } })) : null),
    [id],
  )
}
