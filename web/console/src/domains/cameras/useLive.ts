import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Direction = components['schemas']['SteerForm']['direction']
/** Where a picture is seen. */
export type Surface = NonNullable<components['schemas']['LiveForm']['surface']>
export type Recording = components['schemas']['RecordingRow']
export type Steering = components['schemas']['SteeringView']
export type Order = components['schemas']['OrderForm']['order'] | 'restart'
export type DeviceCondition = components['schemas']['DeviceCondition']
export type GbDevice = components['schemas']['GbDeviceRow']

/** What is asked of one camera. */
export function useLive(communityId: () => string, cameraId: () => string) {
  const params = () => ({
    path: { community_id: Number(communityId()), camera_id: Number(cameraId()) },
  })
  return {
    watch: (sub: boolean, surface: Surface) =>
      answer(
        api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/live', {
          params: params(),
          body: { sub, surface },
        }),
      ),
    past: (file: string, seek: number) =>
      answer(
        api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/past', {
          params: params(),
          body: { file, seek },
        }),
      ),
    snapshot: () =>
      answer(
        api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/snapshot', {
          params: params(),
        }),
      ),
    steer: async (direction: Direction, speed: number) => {
      await api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/steer', {
        params: params(),
        body: { direction, speed },
      })
      return true
    },
    steering: () =>
      answer(
        api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/steering', {
          params: params(),
        }),
      ),
    keepPreset: (preset: number, name: string) =>
      answer(
        api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/presets', {
          params: params(),
          body: { preset, name },
        }),
      ),
    /** 0: its home position. */
    goToPreset: async (preset: number) => {
      await api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/presets/{preset}/go', {
        params: { path: { ...params().path, preset } },
      })
      return true
    },
    deletePreset: async (preset: number) => {
      await api.DELETE('/api/console/communities/{community_id}/cameras/{camera_id}/presets/{preset}', {
        params: { path: { ...params().path, preset } },
      })
      return true
    },
    cruise: async (cruise: number, presets: number[]) => {
      const path = { ...params().path, cruise }
      await api.PUT('/api/console/communities/{community_id}/cameras/{camera_id}/cruises/{cruise}', {
        params: { path },
        body: { presets },
      })
      await api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/cruises/{cruise}/start', {
        params: { path },
      })
      return true
    },
    order: (order: Order) =>
      order === 'restart'
        ? answer(
            api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/restart', {
              params: params(),
            }),
          )
        : answer(
            api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/orders', {
              params: params(),
              body: { order },
            }),
          ),
    deviceCondition: () =>
      answer(
        api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/device-condition', {
          params: params(),
        }),
      ),
    recordings: (beginMs: number, endMs: number) =>
      answer(
        api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/recordings', {
          params: { ...params(), query: { beginMs, endMs } },
        }),
      ),
    condition: () =>
      answer(
        api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/condition', {
          params: params(),
        }),
      ),
    row: () =>
      answer(api.GET('/api/console/communities/{community_id}/cameras/{camera_id}', { params: params() })),
  }
}

/** All cameras of a community that came by GB28181, by name. */
export function useWatched(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/cameras', {
            params: {
              path: { community_id: Number(community) },
              query: { protocol: 4, sort: 'name', pageSize: 100 },
            },
          }),
        )
      : null
  }, [communityId])
}

/** Devices that may register by GB28181. */
export function useGbDevices(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/gb-devices', {
            params: { path: { community_id: Number(community) } },
          }),
        )
      : null
  }, [communityId])
}

export function useGbChanges(communityId: () => string) {
  const path = () => ({ community_id: Number(communityId()) })
  return {
    add: (body: components['schemas']['NewGbDevice']) =>
      answer(
        api.POST('/api/console/communities/{community_id}/gb-devices', { params: { path: path() }, body }),
      ),
    change: async (id: string, body: components['schemas']['GbDeviceForm']) => {
      await api.PUT('/api/console/communities/{community_id}/gb-devices/{device_id}', {
        params: { path: { ...path(), device_id: Number(id) } },
        body,
      })
      return true
    },
    remove: async (id: string) => {
      await api.DELETE('/api/console/communities/{community_id}/gb-devices/{device_id}', {
        params: { path: { ...path(), device_id: Number(id) } },
      })
      return true
    },
    refresh: (id: string) =>
      answer(
        api.POST('/api/console/communities/{community_id}/gb-devices/{device_id}/refresh', {
          params: { path: { ...path(), device_id: Number(id) } },
        }),
      ),
  }
}
