import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'

/** A call that answers nothing; refusals are thrown. */
const done = async (call: Promise<unknown>): Promise<true> => {
  await call
  return true
}

export const usePackages = () => useResource(() => answer(api.GET('/api/console/edge/packages')))
export const useKeys = () => useResource(() => answer(api.GET('/api/console/edge/trusted-keys')))
export const useDriverRoot = () => useResource(() => answer(api.GET('/api/console/edge/driver-root')))

export function useDriverActions(reload: () => Promise<unknown>) {
  const after = <A extends unknown[]>(act: (...args: A) => Promise<unknown>) =>
    useAction(async (...args: A) => {
      await act(...args)
      await reload()
      return true
    })
  return {
    upload: after((pack: File, signature: File) => {
      const body = new FormData()
      body.append('package', pack)
      body.append('signature', signature)
      return answer(
        api.POST('/api/console/edge/packages', {
          body: body as unknown as { package: string; signature: string },
          bodySerializer: (form: unknown) => form as FormData,
        }),
      )
    }),
    remove: after((id: string) =>
      done(
        api.DELETE('/api/console/edge/packages/{package_id}', {
          params: { path: { package_id: Number(id) } },
        }),
      ),
    ),
    trust: after((name: string, publicKey: string) =>
      answer(api.POST('/api/console/edge/trusted-keys', { body: { name, publicKey } })),
    ),
    rotate: after(() => answer(api.POST('/api/console/edge/driver-root/rotate'))),
    distrust: after((id: string) =>
      done(
        api.DELETE('/api/console/edge/trusted-keys/{key_id}', { params: { path: { key_id: Number(id) } } }),
      ),
    ),
  }
}
