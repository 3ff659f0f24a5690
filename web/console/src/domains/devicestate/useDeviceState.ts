import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ShadowDocument = components['schemas']['ShadowDocument']
export type DesiredValue = components['schemas']['DesiredValue']
export type DesiredOutcome = components['schemas']['DesiredOutcome']
export type OwnLogLine = components['schemas']['OwnLogLine']
export type ScriptFailure = components['schemas']['ScriptFailure']

export const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const
export type LogLevel = (typeof LEVELS)[number]
const LEVEL_TONES: Record<LogLevel, Tone> = {
  DEBUG: 'idle',
  INFO: 'idle',
  WARN: 'warn',
  ERROR: 'bad',
  FATAL: 'bad',
}
export const levelTone = (level: string): Tone => LEVEL_TONES[level as LogLevel] ?? 'idle'

const path = (iotId: string) => ({ path: { iot_id: iotId } })

export function useShadow(iotId: () => string) {
  const document = useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/shadow', { params: path(iotId()) })),
    [iotId],
  )
  const change = useAction((desired: Record<string, unknown>, version: number) =>
    answer(
      api.PUT('/api/console/devices/{iot_id}/shadow', {
        params: path(iotId()),
        body: { desired, version },
      }),
    ),
  )
  return { document, change }
}

export function useDesired(iotId: () => string) {
  const values = useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/desired', { params: path(iotId()) })),
    [iotId],
  )
  const want = useAction((items: Record<string, unknown>) =>
    answer(api.PUT('/api/console/devices/{iot_id}/desired', { params: path(iotId()), body: { items } })),
  )
  const forget = useAction(async (row: DesiredValue) => {
    await answer(
      api.DELETE('/api/console/devices/{iot_id}/desired/{identifier}/{version}', {
        params: { path: { iot_id: iotId(), identifier: row.identifier, version: row.version } },
      }),
    )
    return true
  })
  return { values, want, forget }
}

/** The two times of the filter `span` ("from-to", ms), where it is set. */
export function spanOf(state: ListState): [from?: number, to?: number] {
  const [from, to] = state.filter('span').split('-').map(Number)
  return from && to ? [from, to] : []
}

export function useOwnLog(iotId: () => string, state: ListState) {
  const lines = useResource(
    () =>
      answer(
        api.GET('/api/console/devices/{iot_id}/own-log', {
          params: {
            ...path(iotId()),
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              level: (state.filter('level') || undefined) as LogLevel | undefined,
              module: state.filter('module') || undefined,
              traceId: state.filter('trace') || undefined,
              q: state.filter('q') || undefined,
              fromMs: spanOf(state)[0],
              toMs: spanOf(state)[1],
            },
          },
        }),
      ),
    [iotId, state.page, state.size, state.filters],
  )
  const settings = useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/own-log/settings', { params: path(iotId()) })),
    [iotId],
  )
  const turn = useAction(async (on: boolean) => {
    await answer(
      api.PUT('/api/console/devices/{iot_id}/own-log/settings', { params: path(iotId()), body: { on } }),
    )
    return true
  })
  return { lines, settings, turn }
}

export function useScriptFailures(iotId: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/script-failures', { params: path(iotId()) })),
    [iotId],
  )
}
