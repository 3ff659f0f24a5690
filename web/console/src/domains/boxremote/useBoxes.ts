import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type BoxRow = components['schemas']['BoxRow']
export type BoxCondition = components['schemas']['BoxCondition']
export type BoxFigures = components['schemas']['BoxFigures']
export type BoxEvent = components['schemas']['BoxEvent']
export type BoxLogLine = components['schemas']['BoxLogLine']
export type BoxDriver = components['schemas']['BoxDriver']
export type CheckResult = components['schemas']['CheckResult']
export type CheckStep = components['schemas']['CheckStep']
export type DiagnosisResult = components['schemas']['DiagnosisResult']
export type OpenedTunnel = components['schemas']['OpenedTunnel']
export type TunnelRow = components['schemas']['TunnelRow']

/** How often a page that is looked at asks for a box's state anew; its heartbeat comes each 30 s. */
export const LOOK_MS = 15_000
/** How often a followed log is asked for what came since. */
export const FOLLOW_MS = 2_000
export const LEVELS = ['info', 'warning', 'error'] as const
export type LogLevel = (typeof LEVELS)[number]

export const toneOfLevel = (level: string): Tone =>
  level === 'error' ? 'bad' : level === 'warning' ? 'warn' : 'ok'
export const toneOfBox = (row: { online: boolean; layer: string }): Tone =>
  row.online ? 'ok' : row.layer === 'not_active' ? 'idle' : row.layer === 'unheard' ? 'warn' : 'bad'

const at = (nodeId: string) => ({ path: { node_id: Number(nodeId) } })

export function useBoxes(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/edge/boxes', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

export const useCondition = (nodeId: () => string) =>
  useResource(
    () => answer(api.GET('/api/console/edge/nodes/{node_id}/condition', { params: at(nodeId()) })),
    [nodeId],
  )

export const useFigures = (nodeId: () => string, hours: () => number) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/edge/nodes/{node_id}/figures', {
          params: { ...at(nodeId()), query: { fromMs: Date.now() - hours() * 3_600_000 } },
        }),
      ),
    [nodeId, hours],
  )

export const useHistory = (nodeId: () => string, state: ListState) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/edge/nodes/{node_id}/history', {
          params: { ...at(nodeId()), query: { pageNo: state.page.value, pageSize: state.size.value } },
        }),
      ),
    [nodeId, state.page, state.size],
  )

export const useVisits = (nodeId: () => string, state: ListState) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/edge/nodes/{node_id}/tunnels', {
          params: {
            ...at(nodeId()),
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              tools: state.filter('tools') === 'all',
            },
          },
        }),
      ),
    [nodeId, state.page, state.size, state.filters],
  )

/** Why a visit is over; empty while it goes on. */
export async function whyOver(nodeId: string, tunnelId: string): Promise<string> {
  const page = await answer(
    api.GET('/api/console/edge/nodes/{node_id}/tunnels', {
      params: { ...at(nodeId), query: { pageNo: 1, pageSize: 50 } },
    }),
  )
  return page.data.find((row) => row.id === tunnelId)?.whyEnded ?? ''
}

export interface LogFilter {
  driver: string
  device: string
  level: LogLevel
  q: string
  fromMs?: number
  toMs?: number
}

export const logQuery = (filter: LogFilter) => ({
  driver: filter.driver || undefined,
  device: filter.device || undefined,
  level: filter.level,
  q: filter.q || undefined,
  fromMs: filter.fromMs,
  toMs: filter.toMs,
})

export const readLog = (nodeId: string, filter: LogFilter, afterMs?: number) =>
  answer(
    api.GET('/api/console/edge/nodes/{node_id}/logs', {
      params: { ...at(nodeId), query: { ...logQuery(filter), afterMs, most: 500 } },
    }),
  )

/** What the box sent while its cluster's log module was on; `toMs` of the oldest shown gives what was before. */
export const readKeptLog = (nodeId: string, filter: LogFilter) =>
  answer(
    api.GET('/api/console/edge/nodes/{node_id}/kept-logs', {
      params: { ...at(nodeId), query: { ...logQuery(filter), most: 500 } },
    }),
  )

export const useLogSources = (nodeId: () => string, kept: () => boolean) =>
  useResource(
    () =>
      answer(
        kept()
          ? api.GET('/api/console/edge/nodes/{node_id}/kept-logs/sources', { params: at(nodeId()) })
          : api.GET('/api/console/edge/nodes/{node_id}/logs/sources', { params: at(nodeId()) }),
      ),
    [nodeId, kept],
  )

export function logAddress(nodeId: string, filter: LogFilter): string {
  const pairs = Object.entries(logQuery(filter)).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))
  return `/api/console/edge/nodes/${nodeId}/logs/lines.jsonl?${query}`
}

export const useDrivers = (nodeId: () => string) =>
  useResource(
    () => answer(api.GET('/api/console/edge/nodes/{node_id}/drivers', { params: at(nodeId()) })),
    [nodeId],
  )

export function useBoxActs(nodeId: () => string) {
  const driverPath = (driver: string) => ({ path: { node_id: Number(nodeId()), driver } })
  return {
    check: useAction(() =>
      answer(api.POST('/api/console/edge/nodes/{node_id}/checks', { params: at(nodeId()) })),
    ),
    settle: useAction(async (device: string, peer: string, confirm: boolean) => {
      await api.POST('/api/console/edge/nodes/{node_id}/strangers', {
        params: at(nodeId()),
        body: { device, peer, confirm },
      })
      return true
    }),
    diagnose: useAction(() =>
      answer(api.POST('/api/console/edge/nodes/{node_id}/diagnosis', { params: at(nodeId()) })),
    ),
    restart: useAction((driver: string) =>
      answer(
        api.POST('/api/console/edge/nodes/{node_id}/drivers/{driver}/restart', {
          params: driverPath(driver),
        }),
      ),
    ),
    replace: useAction((driver: string) =>
      answer(
        api.POST('/api/console/edge/nodes/{node_id}/drivers/{driver}/replace', {
          params: driverPath(driver),
        }),
      ),
    ),
    call: useAction((device: string, service: string, params: Record<string, unknown>) =>
      answer(
        api.POST('/api/console/edge/nodes/{node_id}/drivers/call', {
          params: at(nodeId()),
          body: { device, service, params },
        }),
      ),
    ),
    open: useAction(
      (kind: 'shell' | 'files' | 'http' | 'video', reason: string, minutes: number, recorded: boolean) =>
        answer(
          api.POST('/api/console/edge/nodes/{node_id}/tunnels', {
            params: at(nodeId()),
            body: { kind, reason, minutes, recorded },
          }),
        ),
    ),
    end: useAction(async (tunnelId: string) => {
      await api.POST('/api/console/edge/tunnels/{tunnel_id}/end', {
        params: { path: { tunnel_id: Number(tunnelId) } },
      })
      return true
    }),
    transcript: useAction((tunnelId: string) =>
      answer(
        api.GET('/api/console/edge/tunnels/{tunnel_id}/transcript', {
          params: { path: { tunnel_id: Number(tunnelId) } },
        }),
      ),
    ),
  }
}

export const useDeviceCheck = (iotId: () => string) =>
  useAction((service: string) =>
    answer(
      api.POST('/api/console/devices/{iot_id}/edge-check', {
        params: { path: { iot_id: iotId() }, query: { service: service || undefined } },
      }),
    ),
  )

export function save(name: string, content: BlobPart, type = 'text/plain;charset=utf-8'): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content], { type }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
