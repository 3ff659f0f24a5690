import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Sandbox = components['schemas']['SandboxState']
export type SandboxDevice = components['schemas']['SandboxDevice']
export type SandboxAnswer = components['schemas']['SandboxAnswer']

/** The caller's own sandbox. Every act that changes it is followed by its new state. */
export function useSandbox() {
  const current = useResource(async () => (await answer(api.GET('/api/console/sandbox'))).sandbox)
  const take = async (asked: Promise<Sandbox>): Promise<Sandbox> => (current.data.value = await asked)

  const create = useAction(() => take(answer(api.POST('/api/console/sandbox'))))
  const reset = useAction(() => take(answer(api.POST('/api/console/sandbox/reset'))))
  const remove = useAction(() => take(answer(api.DELETE('/api/console/sandbox'))))
  const restore = useAction(() => take(answer(api.POST('/api/console/sandbox/restore'))))
  const secret = useAction(() => answer(api.POST('/api/console/sandbox/secret')))
  const power = useAction((device: string, on: boolean) =>
    take(
      answer(
        api.POST('/api/console/sandbox/devices/{device}/power', {
          params: { path: { device } },
          body: { on },
        }),
      ),
    ),
  )
  /** Have a device post its properties now, with values made up as it does by itself. */
  const report = useAction(async (device: string) => {
    await api.POST('/api/console/sandbox/devices/{device}/acts', {
      params: { path: { device } },
      body: { kind: 'property' },
    })
    return true
  })
  return { current, create, reset, remove, restore, secret, power, report }
}

export function useExample() {
  return useAction((body: components['schemas']['ExampleAsked']) =>
    answer(api.POST('/api/console/sandbox/example', { body })),
  )
}

export function useSandboxTry() {
  return useAction((body: components['schemas']['SandboxTry']) =>
    answer(api.POST('/api/console/sandbox/try', { body })),
  )
}
