import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { fileBody, useFollowed } from '@/domains/listimports/followed'

export type EdgeDeviceRow = components['schemas']['EdgeDeviceRow']
export type EdgeDeviceIn = components['schemas']['EdgeDeviceIn']
export type EdgeDeviceShape = components['schemas']['EdgeDeviceShape']
export type EdgeFormFault = components['schemas']['EdgeFormFault']
export type EdgeImport = components['schemas']['EdgeImport']
export type SiteSheetRow = components['schemas']['SiteSheetRow']
export type SiteSheetRead = components['schemas']['SiteSheetRead']
export type Custom = Record<string, unknown>

export const TYPES = ['face', 'qrcode', 'card', 'bluetooth', 'video'] as const
export type AccessType = (typeof TYPES)[number]
export const STATES = ['unactive', 'online', 'offline', 'disabled'] as const
export const TONES = { unactive: 'busy', online: 'ok', offline: 'bad', disabled: 'idle' } as const

/** What a form begins with when it is looked up: the name without the kind's suffix. */
export interface Begun {
  deviceName: string
  alias: string
  custom: Custom
}

export const at = (protocolId: string) => ({ protocol_id: Number(protocolId) })
const yesNo = (text: string) => (text ? text === 'yes' : undefined)

export function useShape(protocolId: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/edge/protocols/{protocol_id}/shape', { params: { path: at(protocolId()) } }),
      ),
    [protocolId],
  )
}

/** Whether calls count from doors' own addresses only; from the next deployment. */
export const usePeerCheck = (protocolId: () => string) =>
  useAction(async (on: boolean) => {
    await api.PUT('/api/console/edge/protocols/{protocol_id}/peer-check', {
      params: { path: at(protocolId()) },
      body: { on },
    })
    return true
  })

export function useDevices(state: ListState, protocolId: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/edge/protocols/{protocol_id}/devices', {
          params: {
            path: at(protocolId()),
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
              state: state.filter('state') || undefined,
              accessType: state.filter('type') || undefined,
              bound: yesNo(state.filter('bound')),
              sort: state.sort.value || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.sort, state.filters, protocolId],
  )
}

export function useDeviceChanges(protocolId: () => string) {
  const path = () => at(protocolId())
  const add = useAction((devices: EdgeDeviceIn[], dryRun: boolean) =>
    answer(
      api.POST('/api/console/edge/protocols/{protocol_id}/devices', {
        params: { path: path(), query: { dryRun } },
        body: { devices },
      }),
    ),
  )
  const change = useAction(async (id: string, alias: string, custom: Custom) => {
    await api.PUT('/api/console/edge/protocols/{protocol_id}/devices/{device_id}', {
      params: { path: { ...path(), device_id: Number(id) } },
      body: { alias, custom },
    })
    return true
  })
  const remove = useAction((ids: readonly string[]) =>
    answer(
      api.POST('/api/console/edge/protocols/{protocol_id}/devices/remove', {
        params: { path: path() },
        body: { ids: ids.map(Number), expected: ids.length },
      }),
    ),
  )
  const bind = useAction((ids: readonly string[], spaceId: string | null) =>
    answer(
      api.PUT('/api/console/edge/protocols/{protocol_id}/devices/space', {
        params: { path: path() },
        body: { ids: ids.map(Number), spaceId: spaceId ? Number(spaceId) : null },
      }),
    ),
  )
  const check = useAction((text: string, deviceName: string) =>
    answer(
      api.POST('/api/console/edge/protocols/{protocol_id}/check', {
        params: { path: path() },
        body: { text, deviceName },
      }),
    ),
  )
  return { add, change, remove, bind, check }
}

/** The box connects to a device that is not saved yet. */
export const useReach = (protocolId: () => string) =>
  useAction((address: string, port: number) =>
    answer(
      api.POST('/api/console/edge/protocols/{protocol_id}/reach', {
        params: { path: at(protocolId()) },
        body: { address, port },
      }),
    ),
  )

/** A workbook of devices: tried, applied, followed while it waits, taken back; found again after the page was closed. */
export function useDeviceImport(protocolId: () => string) {
  const of = (id: string) => ({ path: { ...at(protocolId()), import_id: Number(id) } })
  const { current, follow } = useFollowed((id) =>
    answer(api.GET('/api/console/edge/protocols/{protocol_id}/imports/{import_id}', { params: of(id) })),
  )
  const check = useAction(async (file: File) => {
    current.value = null
    const sent = api.POST('/api/console/edge/protocols/{protocol_id}/import', {
      params: { path: at(protocolId()), query: { dryRun: true } },
      ...fileBody(file),
    })
    return follow(await answer(sent))
  })
  const apply = useAction(async (id: string) => {
    const sent = api.POST('/api/console/edge/protocols/{protocol_id}/imports/{import_id}/apply', {
      params: of(id),
    })
    return follow(await answer(sent))
  })
  const undo = useAction((id: string) =>
    answer(
      api.POST('/api/console/edge/protocols/{protocol_id}/imports/{import_id}/undo', { params: of(id) }),
    ),
  )
  /** An import that still runs, begun by a page that is gone. */
  const resume = useAction(async () => {
    const { data } = await answer(
      api.GET('/api/console/edge/protocols/{protocol_id}/imports', {
        params: { path: at(protocolId()), query: { pageSize: 1 } },
      }),
    )
    return data[0]?.state === 'waiting' ? follow(data[0]) : null
  })
  return { current, check, apply, undo, resume }
}

/** The customer's <设备信息表>, read by the platform and kept by this page only. */
export const useSiteSheet = (protocolId: () => string) =>
  useAction((file: File) =>
    answer(
      api.POST('/api/console/edge/protocols/{protocol_id}/site-sheet', {
        params: { path: at(protocolId()) },
        ...fileBody(file),
      }),
    ),
  )
