import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Certificate = components['schemas']['CertificateView']
export type Issued = components['schemas']['IssuedCertificate']

const path = (iotId: string) => ({ path: { iot_id: iotId } })

/** The certificates of one device, and what changes them. */
export function useCertificates(iotId: () => string) {
  const list = useResource(
    () => answer(api.GET('/api/console/devices/{iot_id}/certificates', { params: path(iotId()) })),
    [iotId],
  )
  const issue = useAction(async (days: number) => {
    const created = await answer(
      api.POST('/api/console/devices/{iot_id}/certificates', { params: path(iotId()), body: { days } }),
    )
    await list.reload()
    return created
  })
  const register = useAction(async (certificate: string) => {
    const created = await answer(
      api.POST('/api/console/devices/{iot_id}/certificates/register', {
        params: path(iotId()),
        body: { certificate },
      }),
    )
    await list.reload()
    return created
  })
  const revoke = useAction(async (certificateNo: string) => {
    await api.DELETE('/api/console/devices/{iot_id}/certificates/{certificate_no}', {
      params: { path: { iot_id: iotId(), certificate_no: Number(certificateNo) } },
    })
    await list.reload()
    return true
  })
  return { list, issue, register, revoke }
}

/** How devices of a product prove themselves. */
export function useAuthentication(productKey: () => string) {
  const methods = useResource(
    () =>
      answer(
        api.GET('/api/console/products/{product_key}/authentication', {
          params: { path: { product_key: productKey() } },
        }),
      ),
    [productKey],
  )
  const choose = useAction(async (body: components['schemas']['AuthenticationView']) => {
    await api.PUT('/api/console/products/{product_key}/authentication', {
      params: { path: { product_key: productKey() } },
      body,
    })
    await methods.reload()
    return true
  })
  return { methods, choose }
}
