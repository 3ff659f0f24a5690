import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

/** A call that answers nothing; refusals are thrown. */
const done = async (call: Promise<unknown>): Promise<true> => {
  await call
  return true
}

type Schemas = components['schemas']
export type VideoGatewayRow = Schemas['VideoGatewayRow']
export type VideoDeviceRow = Schemas['VideoDeviceRow']
export type VideoForm = Required<Schemas['VideoForm']>

export const useVideoGateways = () => useResource(() => answer(api.GET('/api/console/edge/video-gateways')))

const at = (clusterId: string, number: string) => ({ cluster_id: Number(clusterId), number: Number(number) })

/** One instance as the box tells it now. */
export const useVideoInstance = (clusterId: () => string, number: () => string) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/edge/clusters/{cluster_id}/video/{number}', {
          params: { path: at(clusterId(), number()) },
        }),
      ),
    [clusterId, number],
  )

export function useVideoActs(clusterId: () => string, number: () => string, reload: () => Promise<unknown>) {
  const path = () => at(clusterId(), number())
  const after = <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    useAction(async (...args: A) => {
      const result = await act(...args)
      await reload()
      return result
    })
  return {
    add: after((body: VideoForm) =>
      answer(
        api.POST('/api/console/edge/clusters/{cluster_id}/video/{number}/devices', {
          params: { path: path() },
          body,
        }),
      ),
    ),
    remove: after((no: number) =>
      done(
        api.DELETE('/api/console/edge/clusters/{cluster_id}/video/{number}/devices/{no}', {
          params: { path: { ...path(), no } },
        }),
      ),
    ),
    pull: after((no: number) =>
      answer(
        api.POST('/api/console/edge/clusters/{cluster_id}/video/{number}/devices/{no}/pull', {
          params: { path: { ...path(), no } },
        }),
      ),
    ),
    identify: after((no: number, deviceName: string, model: string) =>
      done(
        api.POST('/api/console/edge/clusters/{cluster_id}/video/{number}/devices/{no}/identity', {
          params: { path: { ...path(), no } },
          body: { deviceName, model },
        }),
      ),
    ),
    restart: after(() =>
      done(
        api.POST('/api/console/edge/clusters/{cluster_id}/video/{number}/restart', {
          params: { path: path() },
        }),
      ),
    ),
  }
}
