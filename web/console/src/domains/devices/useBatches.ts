import { shallowRef } from 'vue'
import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type BatchRow = components['schemas']['DeviceBatchRow']
export type BatchAnswer = components['schemas']['BatchAnswer']
export type BatchFault = components['schemas']['BatchFault']
export type BatchDevice = components['schemas']['BatchDevice']

export interface Place {
  productKey: string
  communityId: string | null
  projectId: string | null
}

export function useBatchList(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/device-batches', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              productKey: state.filter('productKey') || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

/** Try a batch, see its faults, begin it. `current` is the newest answer. */
export function useNewBatch(place: () => Place) {
  const current = shallowRef<BatchAnswer | null>(null)
  const community = () => (place().communityId ? Number(place().communityId) : undefined)

  async function upload(file: File, dryRun: boolean, onlyGood: boolean): Promise<BatchAnswer> {
    const { productKey, projectId } = place()
    return answer(
      api.POST('/api/console/device-batches/upload', {
        params: {
          query: {
            productKey,
            communityId: community(),
            projectId: projectId ?? undefined,
            dryRun,
            onlyGood,
          },
        },
        body: { file: file as unknown as string },
        bodySerializer: () => {
          const form = new FormData()
          form.append('file', file)
          return form
        },
      }),
    )
  }
  const check = useAction(async (file: File) => (current.value = await upload(file, true, false)))
  const begin = useAction(
    async (file: File, onlyGood: boolean) => (current.value = await upload(file, false, onlyGood)),
  )
  const generate = useAction(async (count: number, prefix: string, first: number, dryRun: boolean) => {
    const { productKey, projectId } = place()
    current.value = await answer(
      api.POST('/api/console/device-batches/generate', {
        body: { productKey, count, prefix, first, dryRun, communityId: community() ?? null, projectId },
      }),
    )
    return current.value
  })
  return { current, check, begin, generate }
}

export function useBatch(id: () => string, state: ListState) {
  const at = () => ({ path: { batch_id: Number(id()) } })
  const batch = useResource(
    () => answer(api.GET('/api/console/device-batches/{batch_id}', { params: at() })),
    [id],
  )
  const rows = useResource(
    () =>
      answer(
        api.GET('/api/console/device-batches/{batch_id}/rows', {
          params: {
            ...at(),
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              state: (state.filter('state') as BatchDevice['state']) || undefined,
            },
          },
        }),
      ),
    [id, state.page, state.size, state.filters],
  )
  const undo = useAction(async () => {
    await api.POST('/api/console/device-batches/{batch_id}/undo', { params: at() })
    await batch.reload()
    return true
  })
  const certificates = useAction(async () => {
    const { url } = await answer(
      api.POST('/api/console/device-batches/{batch_id}/certificates', { params: at() }),
    )
    const link = document.createElement('a')
    link.href = url
    link.download = ''
    link.click()
    return true
  })
  return { batch, rows, undo, certificates }
}
