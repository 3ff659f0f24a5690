import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DeviceEntry = components['schemas']['DeviceEntry']
export type Demands = components['schemas']['ConnectionDemands']
export type PlainDevice = components['schemas']['PlainDeviceRow']
export type PlainProduct = components['schemas']['PlainProductRow']

const of = (productKey: string) => ({ path: { product_key: productKey } })

/** Where devices connect. */
export function useDeviceEntry() {
  return useResource(() => answer(api.GET('/api/console/device-entry')))
}

/** What a product demands of its devices' connections, and whom that would keep out. */
export function useDemands(productKey: () => string) {
  const demands = useResource(
    () => answer(api.GET('/api/console/products/{product_key}/connections', { params: of(productKey()) })),
    [productKey],
  )
  const choose = useAction(async (body: Demands) => {
    await api.PUT('/api/console/products/{product_key}/connections', { params: of(productKey()), body })
    await demands.reload()
    return true
  })
  return { demands, choose }
}

/** Devices of a product that came plain lately. `everywhere`: as the installation's operator sees them. */
export function usePlainDevices(productKey: () => string, state: ListState, everywhere: boolean) {
  const query = () => ({ pageNo: state.page.value, pageSize: state.size.value })
  return useResource(
    () =>
      everywhere
        ? answer(
            api.GET('/api/console/health/plain-devices/{product_key}', {
              params: { ...of(productKey()), query: query() },
            }),
          )
        : answer(
            api.GET('/api/console/products/{product_key}/connections/plain', {
              params: { ...of(productKey()), query: query() },
            }),
          ),
    [productKey, state.page, state.size],
  )
}

/** Products whose devices still come plain, for the operator. */
export function usePlainProducts() {
  return useResource(() => answer(api.GET('/api/console/health/plain-devices')))
}

/** What protects a connection, as a person reads it: the name of a TLS version, or a text's key. */
export function securityOf(security: string): { name: string } | { key: string } {
  const version = /^TLSv(1\.\d)$/.exec(security)
  return version ? { name: `TLS ${version[1]}` } : { key: `connections.security.${security}` }
}
