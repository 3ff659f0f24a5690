import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type FoundDevice = components['schemas']['FoundDevice']

const path = (iotId: string) => ({ path: { iot_id: iotId } })

/** Where a device stands: its gateway, its sub-devices, what it found; and the ways to change it. */
export function useTopology(iotId: () => string, state: ListState) {
  const detail = useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/topology', { params: path(iotId()) })),
    [iotId],
  )
  const subs = useResource(
    () =>
      answer(
        api.GET('/api/console/devices/{iot_id}/subs', {
          params: {
            ...path(iotId()),
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
            },
          },
        }),
      ),
    [iotId, state.page, state.size, state.filters],
  )
  const candidates = useResource(
    () =>
      answer(
        api.GET('/api/console/devices/{iot_id}/found', {
          params: { ...path(iotId()), query: { pageSize: 50 } },
        }),
      ),
    [iotId],
  )
  const reload = async () => {
    await Promise.all([detail.reload(), subs.reload(), candidates.reload()])
  }
  const add = useAction(async (iotIds: string[]) => {
    const done = await answer(
      api.POST('/api/console/devices/{iot_id}/subs', { params: path(iotId()), body: { iotIds } }),
    )
    await reload()
    return done
  })
  const remove = useAction(async (sub: string) => {
    await answer(
      api.POST('/api/console/devices/{iot_id}/subs/remove', {
        params: path(iotId()),
        body: { iotIds: [sub] },
      }),
    )
    await reload()
  })
  const adopt = useAction(async (device: FoundDevice) => {
    await answer(
      api.POST('/api/console/devices/{iot_id}/found/adopt', {
        params: path(iotId()),
        body: { productKey: device.productKey, deviceName: device.deviceName },
      }),
    )
    await reload()
  })
  const permit = useAction(async (productKey: string, seconds: number) => {
    await answer(
      api.POST('/api/console/devices/{iot_id}/permit', {
        params: path(iotId()),
        body: { productKey, seconds },
      }),
    )
    return true
  })
  return { detail, subs, candidates, reload, add, remove, adopt, permit }
}
