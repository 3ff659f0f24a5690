import type { Ref } from 'vue'
import { useAction, useResource, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ConfigVersion = components['schemas']['ConfigVersion']
export type PushRow = components['schemas']['ConfigPushRow']
export type PushedRow = components['schemas']['ConfigPushedRow']
export type Taking = keyof PushRow['counts']

const TONES: Record<PushRow['state'], Tone> = { running: 'busy', finished: 'ok', cancelled: 'idle' }
export const pushTone = (state: PushRow['state']): Tone => TONES[state]

export function useProducts() {
  return useResource(() => answer(api.GET('/api/console/products')))
}

/** A product's configuration, its history and its pushes. */
export function useProductConfig(productKey: () => string) {
  const path = () => ({ path: { product_key: productKey() } })
  const current = useResource(
    () =>
      productKey() ? answer(api.GET('/api/console/products/{product_key}/config', { params: path() })) : null,
    [productKey],
  )
  const versions = useResource(
    () =>
      productKey()
        ? answer(
            api.GET('/api/console/products/{product_key}/config/versions', {
              params: { ...path(), query: { pageNo: 1, pageSize: 50 } },
            }),
          )
        : null,
    [productKey],
  )
  const pushes = useResource(
    () =>
      productKey()
        ? answer(api.GET('/api/console/config-pushes', { params: { query: { productKey: productKey() } } }))
        : null,
    [productKey],
  )
  const changed = async () => {
    await Promise.all([current.reload(), versions.reload()])
  }
  const save = useAction(async (content: string, notes: string) => {
    const created = await answer(
      api.PUT('/api/console/products/{product_key}/config', { params: path(), body: { content, notes } }),
    )
    await changed()
    return created
  })
  const restore = useAction(async (version: number) => {
    const created = await answer(
      api.POST('/api/console/products/{product_key}/config/restore', { params: path(), body: { version } }),
    )
    await changed()
    return created
  })
  const push = useAction(async () => {
    await api.POST('/api/console/config-pushes', { body: { productKey: productKey() } })
    await pushes.reload()
  })
  const cancel = useAction(async (id: string) => {
    await api.POST('/api/console/config-pushes/{push_id}/cancel', {
      params: { path: { push_id: Number(id) } },
    })
    await pushes.reload()
  })
  return { current, versions, pushes, save, restore, push, cancel }
}

export const PUSH_PAGE = 50

/** How each device took a push. */
export function usePushDevices(pushId: () => string, page: Ref<number>) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/config-pushes/{push_id}/devices', {
          params: {
            path: { push_id: Number(pushId()) },
            query: { pageNo: page.value, pageSize: PUSH_PAGE },
          },
        }),
      ),
    [pushId, page],
  )
}

/** What holds for one device. */
export function useDeviceConfig(iotId: () => string) {
  const path = () => ({ path: { iot_id: iotId() } })
  const current = useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/config', { params: path() })),
    [iotId],
  )
  const save = useAction(async (content: string) => {
    await api.PUT('/api/console/devices/{iot_id}/config', { params: path(), body: { content } })
    await current.reload()
  })
  const end = useAction(async () => {
    await api.DELETE('/api/console/devices/{iot_id}/config', { params: path() })
    await current.reload()
  })
  return { current, save, end }
}
