import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ModelSummary = components['schemas']['ModelSummary']
export type ModelDetail = components['schemas']['ModelDetail']
export type MethodView = components['schemas']['MethodView']
export type ModelField = MethodView['input'][number]
export type ProviderView = components['schemas']['ProviderView']
export type ProviderGiven = components['schemas']['ProviderGiven']
export type TrialAnswer = components['schemas']['TrialAnswer']
export type CallView = components['schemas']['CallView']

export function useModels() {
  const models = useResource(() => answer(api.GET('/api/console/service-models')))
  const save = useAction(async (document: string) => {
    const saved = await answer(api.POST('/api/console/service-models', { body: { document } }))
    await models.reload()
    return saved
  })
  const remove = useAction(async (modelNo: number) => {
    await api.DELETE('/api/console/service-models/{model_no}', { params: { path: { model_no: modelNo } } })
    await models.reload()
    return true
  })
  return { models, save, remove }
}

export function useModel(id: () => string, version: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/service-models/one', { params: { query: { id: id(), version: version() } } }),
      ),
    [id, version],
  )
}

export function useProviders() {
  const providers = useResource(() => answer(api.GET('/api/console/service-providers')))
  const save = useAction(async (providerNo: number | null, body: ProviderGiven) => {
    const saved = await answer(
      providerNo === null
        ? api.POST('/api/console/service-providers', { body })
        : api.PUT('/api/console/service-providers/{provider_no}', {
            params: { path: { provider_no: providerNo } },
            body,
          }),
    )
    await providers.reload()
    return saved
  })
  const remove = useAction(async (providerNo: number) => {
    await api.DELETE('/api/console/service-providers/{provider_no}', {
      params: { path: { provider_no: providerNo } },
    })
    await providers.reload()
    return true
  })
  return { providers, save, remove }
}

export function useTrial() {
  return useAction((body: components['schemas']['TrialGiven']) =>
    answer(api.POST('/api/console/service-calls/try', { body })),
  )
}

export function useCalls(state: ListState) {
  return useResource(async () => {
    const page = await answer(
      api.GET('/api/console/service-calls', {
        params: {
          query: {
            model: state.filter('model') || undefined,
            appKey: state.filter('appKey') || undefined,
            failed: state.filter('result') === 'failed' || undefined,
            before: state.filter('before') || undefined,
            most: state.size.value,
          },
        },
      }),
    )
    return { total: page.rows.length, data: page.rows, next: page.next }
  }, [state.size, state.filters])
}

/** A first input for a method: every required member, and what it may hold. */
export function sample(fields: readonly ModelField[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.filter((field) => field.required).map((field) => [field.name, sampleOf(field)]),
  )
}

function sampleOf(field: ModelField): unknown {
  const kind = field.type === 'array' ? (field.item ?? 'any') : field.type
  const first = Object.keys(field.values ?? {})[0]
  let value: unknown = ''
  if (kind === 'object') value = sample(field.fields ?? [])
  else if (kind === 'bool') value = false
  else if (kind === 'int' || kind === 'long' || kind === 'float') value = first ? Number(first) : 0
  else if (first) value = first
  return field.type === 'array' ? [value] : value
}
