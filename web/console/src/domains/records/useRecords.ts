import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DataModel = components['schemas']['DataModelRow']
export type ModelField = components['schemas']['ModelField']
export type RecordRow = components['schemas']['RecordRow']

/** Columns of a list beside the time; the rest stands in the record. */
const MOST_COLUMNS = 5

/** One entry a model, with the fields of its newest version and the records of all of them. */
export function newestOf(versions: readonly DataModel[]): DataModel[] {
  const models = new Map<string, DataModel>()
  for (const model of versions) {
    const rows = (models.get(model.modelId)?.rows ?? 0) + model.rows
    models.set(model.modelId, { ...model, rows })
  }
  return [...models.values()].sort((a, b) => b.rows - a.rows)
}

/** Fields that tell records apart: those with an index, then those that every record has. */
export function columnsOf(model: DataModel | null): ModelField[] {
  const fields = model?.fields ?? []
  const indexed = fields.filter((field) => field.indexed)
  const required = fields.filter((field) => field.required && !field.indexed && !field.file)
  return [...indexed, ...required].slice(0, MOST_COLUMNS)
}

export function useModels() {
  return useResource(async () => newestOf(await answer(api.GET('/api/console/data-models'))))
}

export function useRecords(state: ListState, modelId: () => string | null, communityId: () => string | null) {
  return useResource(() => {
    const model = modelId()
    if (!model) return null
    const [fieldName, value] = [state.filter('field'), state.filter('value')]
    return answer(
      api.GET('/api/console/records', {
        params: {
          query: {
            modelId: model,
            communityId: communityId() ? Number(communityId()) : undefined,
            conditions:
              fieldName && value ? JSON.stringify([{ fieldName, operate: 'eq', value }]) : undefined,
            sort: state.sort.value || undefined,
            pageNo: state.page.value,
            pageSize: state.size.value,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, state.sort, modelId, communityId])
}

const at = (id: string) => ({ record_id: Number(id) })

/** The record that the address names. */
export function useRecord(id: () => string) {
  return useResource(
    () => (id() ? answer(api.GET('/api/console/records/{record_id}', { params: { path: at(id()) } })) : null),
    [id],
  )
}

export function useFile() {
  return useAction(
    async (id: string, field: string) =>
      (
        await answer(
          api.GET('/api/console/records/{record_id}/files/{field}', {
            params: { path: { ...at(id), field } },
          }),
        )
      ).url,
  )
}
