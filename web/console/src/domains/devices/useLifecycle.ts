import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DeviceTriple = components['schemas']['DeviceTriple']
export type DeviceAct = components['schemas']['DeviceAct']

/** What is done to one device; `changed` runs after each act that the page must show. */
export function useLifecycle(iotId: () => string, changed: () => Promise<void>) {
  const at = () => ({ path: { iot_id: iotId() } })
  const show = useAction(() => answer(api.POST('/api/console/devices/{iot_id}/secret', { params: at() })))
  const reset = useAction(async () => {
    const created = await answer(api.POST('/api/console/devices/{iot_id}/secret/reset', { params: at() }))
    await changed()
    return created
  })
  const label = useAction(async (body: components['schemas']['DeviceChange']) => {
    await api.PUT('/api/console/devices/{iot_id}', { params: at(), body })
    await changed()
    return true
  })
  const bind = useAction(async (projectId: string | null) => {
    await api.PUT('/api/console/devices/{iot_id}/project', { params: at(), body: { projectId } })
    await changed()
    return true
  })
  const removal = useAction(() => answer(api.GET('/api/console/devices/{iot_id}/removal', { params: at() })))
  const remove = useAction(async () => {
    await api.DELETE('/api/console/devices/{iot_id}', { params: at() })
    return true
  })
  return { show, reset, label, bind, removal, remove }
}

export function useActs(iotId: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/devices/{iot_id}/acts', {
          params: { path: { iot_id: iotId() }, query: { pageSize: 20 } },
        }),
      ),
    [iotId],
  )
}

/** Projects that a device may be bound to. */
export function useProjectChoices() {
  return useResource(() => answer(api.GET('/api/console/devices/projects')))
}

/** Change some of a device's tags; the others stay. */
export function useTags(iotId: () => string, changed: () => Promise<void>) {
  return useAction(async (body: components['schemas']['TagChange']) => {
    await api.PUT('/api/console/devices/{iot_id}/tags', { params: { path: { iot_id: iotId() } }, body })
    await changed()
    return true
  })
}
