import { onScopeDispose } from 'vue'
import { useAction, useResource, type ListState, type Resource, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Lane = Schemas['LaneRow']
export type LaneList = Schemas['LaneList']
export type LaneInNeed = Schemas['LaneInNeed']
export type RightRow = Schemas['RightRow']
export type Reading = Schemas['LaneReading']
export type VehiclePass = Schemas['PassOfVehicle']
export type GateAction = Schemas['GateOrderIn']['action']
export type RightKind = RightRow['kind']

export const KINDS = ['ordinary', 'whitelist', 'blacklist'] as const
export const PERMISSIONS = ['ordinary', 'temporary', 'whitelist', 'blacklist', 'no_plate'] as const
export const OPENINGS = ['normal', 'abnormal', 'manual'] as const
export const STATUSES = [
  'toBeTransferred',
  'transferring',
  'transferred',
  'deviceOffline',
  'transferTimeout',
  'unknownError',
] as const
const AGAIN_MS = 5000

export const oneOf = <T extends string>(values: readonly T[], text: string): T | undefined =>
  values.find((value) => value === text)

export const statusTone = (status: string): Tone =>
  status === 'transferred' ? 'ok' : ['unknownError', 'transferTimeout'].includes(status) ? 'bad' : 'busy'

const here = (communityId: string) => ({ community_id: Number(communityId) })
const nothing = <T>(): { total: number; pageNo: number; pageSize: number; data: T[] } => ({
  total: 0,
  pageNo: 1,
  pageSize: 20,
  data: [],
})

/** Lanes of the community with their devices; `null` while no community in management is chosen. */
export function useLanes(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/parking/lanes', {
            params: { path: here(community) },
          }),
        )
      : null
  }, [communityId])
}

/** Lanes that need a person now, the most urgent first. */
export function useAttention(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/parking/attention', {
            params: { path: here(community) },
          }),
        )
      : null
  }, [communityId])
}

export function useLane(communityId: () => string, laneId: () => string | null) {
  return useResource(() => {
    const lane = laneId()
    return lane
      ? answer(
          api.GET('/api/console/communities/{community_id}/parking/lanes/{lane_id}', {
            params: { path: { ...here(communityId()), lane_id: Number(lane) } },
          }),
        )
      : null
  }, [communityId, laneId])
}

export function useLaneActions(communityId: () => string) {
  const at = (laneId: string) => ({ path: { ...here(communityId()), lane_id: Number(laneId) } })
  const gate = useAction((laneId: string, action: GateAction, reason: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/parking/lanes/{lane_id}/gate', {
        params: at(laneId),
        body: { action, reason },
      }),
    ),
  )
  const recognise = useAction(async (laneId: string) => {
    await api.POST('/api/console/communities/{community_id}/parking/lanes/{lane_id}/recognise', {
      params: at(laneId),
    })
    return true
  })
  const show = useAction(
    async (laneId: string, lines: string[], voice: string, seconds: number, reason: string) => {
      await api.POST('/api/console/communities/{community_id}/parking/lanes/{lane_id}/lines', {
        params: at(laneId),
        body: { lines, voice, seconds, reason },
      })
      return true
    },
  )
  const showQr = useAction(async (laneId: string, text: string) => {
    await api.POST('/api/console/communities/{community_id}/parking/lanes/{lane_id}/qr', {
      params: at(laneId),
      body: { text },
    })
    return true
  })
  return { gate, recognise, show, showQr }
}

export function useLaneSetup(communityId: () => string) {
  const at = (laneId: string) => ({ path: { ...here(communityId()), lane_id: Number(laneId) } })
  const addLane = useAction((body: Schemas['NewLane']) =>
    answer(
      api.POST('/api/console/communities/{community_id}/parking/lanes', {
        params: { path: here(communityId()) },
        body,
      }),
    ),
  )
  const addDevice = useAction((laneId: string, body: Schemas['LaneDeviceIn']) =>
    answer(
      api.POST('/api/console/communities/{community_id}/parking/lanes/{lane_id}/device', {
        params: at(laneId),
        body,
      }),
    ),
  )
  const rename = useAction(async (laneId: string, name: string) => {
    await api.PUT('/api/console/communities/{community_id}/parking/lanes/{lane_id}/device', {
      params: at(laneId),
      body: { name },
    })
    return true
  })
  const removeDevice = useAction(async (laneId: string) => {
    await api.DELETE('/api/console/communities/{community_id}/parking/lanes/{lane_id}/device', {
      params: at(laneId),
    })
    return true
  })
  const settings = useAction(async (body: Schemas['ParkingSettings']) => {
    await api.PUT('/api/console/communities/{community_id}/parking/settings', {
      params: { path: here(communityId()) },
      body,
    })
    return true
  })
  return { addLane, addDevice, rename, removeDevice, settings }
}

export function useRights(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve(nothing<RightRow>())
    return answer(
      api.GET('/api/console/communities/{community_id}/parking/vehicles', {
        params: {
          path: here(community),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            kind: oneOf(KINDS, state.filter('kind')),
            status: oneOf(STATUSES, state.filter('status')),
            spaceId: Number(state.filter('space')) || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])
}

export function useRightChanges(communityId: () => string) {
  const save = useAction(async (body: Schemas['RightsIn']) => {
    await api.POST('/api/console/communities/{community_id}/parking/vehicles', {
      params: { path: here(communityId()) },
      body,
    })
    return true
  })
  const remove = useAction(async (rights: readonly RightRow[]) => {
    await api.POST('/api/console/communities/{community_id}/parking/vehicles/remove', {
      params: { path: here(communityId()) },
      body: {
        rights: rights.map(({ spaceId, plate, kind }) => ({ spaceId: Number(spaceId), plate, kind })),
      },
    })
    return true
  })
  return { save, remove }
}

export function usePasses(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve(nothing<VehiclePass>())
    return answer(
      api.GET('/api/console/communities/{community_id}/parking/passes', {
        params: {
          path: here(community),
          query: { pageNo: state.page.value, pageSize: state.size.value, ...passQuery(state) },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])
}

/** The filters of passes, as the list and its file take them. */
export function passQuery(state: ListState) {
  return {
    q: state.filter('q') || undefined,
    laneId: Number(state.filter('lane')) || undefined,
    direction: oneOf(['in', 'out'] as const, state.filter('direction')),
    permission: oneOf(PERMISSIONS, state.filter('permission')),
    opening: oneOf(OPENINGS, state.filter('opening')),
    sinceMs: Number(state.filter('from')) || undefined,
    untilMs: Number(state.filter('to')) || undefined,
  }
}

/** Passes come by themselves: looked at again every few seconds while the page is in sight. */
export function keepFresh(resource: Resource<unknown>): void {
  const timer = setInterval(() => {
    if (!document.hidden) void resource.refresh()
  }, AGAIN_MS)
  onScopeDispose(() => clearInterval(timer))
}

/** Which camera shows a device, by its iotId. */
export const useDeviceViews = (communityId: () => string | null) =>
  useResource(() => {
    const id = communityId()
    return id
      ? answer(
          api.GET('/api/console/communities/{community_id}/device-views', {
            params: { path: { community_id: Number(id) } },
          }),
        )
      : null
  }, [communityId])

export const useSetView = (communityId: () => string) =>
  useAction(async (iotId: string, cameraId: number | null) => {
    await api.PUT('/api/console/communities/{community_id}/device-views/{iot_id}', {
      params: { path: { community_id: Number(communityId()), iot_id: iotId } },
      body: { cameraId },
    })
    return true
  })

/** The code of a lane for cars without a plate. */
export function useLaneCode(communityId: () => string, laneId: () => string) {
  const at = () => ({ params: { path: { ...here(communityId()), lane_id: Number(laneId()) } } })
  const code = useResource(
    () => answer(api.GET('/api/console/communities/{community_id}/parking/lanes/{lane_id}/code', at())),
    [communityId, laneId],
  )
  const act = <Given extends unknown[]>(work: (...given: Given) => Promise<unknown>) =>
    useAction(async (...given: Given) => {
      await work(...given)
      await code.refresh()
      return true
    })
  return {
    code,
    renew: act(() =>
      answer(api.POST('/api/console/communities/{community_id}/parking/lanes/{lane_id}/code', at())),
    ),
    turn: act((isOn: boolean) =>
      answer(
        api.PUT('/api/console/communities/{community_id}/parking/lanes/{lane_id}/code', {
          ...at(),
          body: { isOn },
        }),
      ),
    ),
    remove: act(() =>
      api.DELETE('/api/console/communities/{community_id}/parking/lanes/{lane_id}/code', at()),
    ),
  }
}

/** Plates that the platform reads in a lane's pictures: what is set, whether it can, what it read last. */
export function useLaneReading(communityId: () => string, laneId: () => string) {
  const at = () => ({ params: { path: { ...here(communityId()), lane_id: Number(laneId()) } } })
  const reading = useResource(
    () => answer(api.GET('/api/console/communities/{community_id}/parking/lanes/{lane_id}/reading', at())),
    [communityId, laneId],
  )
  const save = useAction(async (body: Schemas['LaneReaderIn']) => {
    await answer(
      api.PUT('/api/console/communities/{community_id}/parking/lanes/{lane_id}/reading', { ...at(), body }),
    )
    await reading.refresh()
    return true
  })
  return { reading, save }
}
