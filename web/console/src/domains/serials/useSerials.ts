import { shallowRef } from 'vue'
import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { fileBody } from '@/domains/listimports/followed'

export type SerialRow = components['schemas']['SerialRow']
export type SerialCategory = components['schemas']['SerialCategory']
export type SerialImport = components['schemas']['SerialImport']

export function useSerials(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/serials', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
              categoryId: Number(state.filter('category')) || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

export const useSerialCategories = () => useResource(() => answer(api.GET('/api/console/serials/categories')))

export function useSerialActions() {
  const path = (id: string) => ({ path: { category_id: Number(id) } })
  const save = useAction(async (id: string | null, name: string, description: string) => {
    const body = { name, description }
    if (id) {
      await answer(api.PUT('/api/console/serials/categories/{category_id}', { params: path(id), body }))
      return id
    }
    return (await answer(api.POST('/api/console/serials/categories', { body }))).id
  })
  const removeCategory = useAction(async (id: string) => {
    await answer(api.DELETE('/api/console/serials/categories/{category_id}', { params: path(id) }))
    return true
  })
  const remove = useAction(async (sns: string[]) => {
    await answer(api.POST('/api/console/serials/delete', { body: { sns } }))
    return true
  })
  return { save, removeCategory, remove }
}

/** The import: tried first, which tells every error at once; then carried out. */
export function useSerialImport(categoryId: () => string) {
  const current = shallowRef<SerialImport | null>(null)
  const send = async (file: File, dryRun: boolean) => {
    current.value = await answer(
      api.POST('/api/console/serials/import', {
        params: { query: { categoryId: Number(categoryId()) || undefined, dryRun } },
        ...fileBody(file),
      }),
    )
    return current.value
  }
  const check = useAction(async (file: File) => {
    current.value = null
    return send(file, true)
  })
  const apply = useAction((file: File) => send(file, false))
  return { current, check, apply }
}
