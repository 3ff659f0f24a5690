import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type MethodSummary = components['schemas']['MethodSummary']
export type MethodDetail = components['schemas']['MethodDetail']

export const keyOf = (method: { path: string; version: string }) => `${method.path}@${method.version}`

export function useReference() {
  return useResource(() => answer(api.GET('/api/console/reference')))
}

export function useMethod(key: () => string) {
  return useResource(() => {
    const [path, version] = key().split('@')
    if (!path || !version) return null
    return answer(api.GET('/api/console/reference/method', { params: { query: { path, version } } }))
  }, [key])
}

/** Sends a call through the gateway as the chosen key; the server signs it, so that no secret reaches the browser. */
export function useTry() {
  return useAction((body: components['schemas']['TryRequest']) =>
    answer(api.POST('/api/console/reference/try', { body })),
  )
}

/** Code for a call as it is filled in. */
export function useCode(asked: () => components['schemas']['CodeAsked'] | null) {
  return useResource(() => {
    const body = asked()
    return body ? answer(api.POST('/api/console/reference/code', { body })) : null
  }, [asked])
}
