import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { upload } from './upload'

export type FirmwareRow = components['schemas']['FirmwareRow']
export type ProductRow = components['schemas']['ProductRow']

const TONES: Record<FirmwareRow['state'], Tone> = {
  unverified: 'warn',
  verifying: 'busy',
  verified: 'ok',
  refused: 'bad',
  exempt: 'idle',
}
export const firmwareTone = (state: FirmwareRow['state']): Tone => TONES[state]

/** A state in which a campaign may begin. */
export const ready = (row: FirmwareRow): boolean => row.state === 'verified' || row.state === 'exempt'

export function useFirmwareList(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/firmware', {
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

export function useProducts() {
  return useResource(() => answer(api.GET('/api/console/products')))
}

/** What the devices of a product run now. */
export function useVersions(productKey: () => string) {
  return useResource(() => {
    const key = productKey()
    return key
      ? answer(api.GET('/api/console/firmware/versions', { params: { query: { productKey: key } } }))
      : null
  }, [productKey])
}

export interface Upload {
  productKey: string
  module: string
  version: string
  sourceVersion: string
  signMethod: string
  notes: string
  exempt: boolean
}

export function useUpload(onProgress: (percent: number) => void) {
  return useAction(async (form: Upload, file: File) => {
    const query = { ...form, exempt: String(form.exempt), fileName: file.name }
    await upload('/api/console/firmware', query, file, onProgress)
    return true
  })
}

export function useFirmwareActions(after: () => Promise<void>) {
  const note = useAction(async (id: string, notes: string) => {
    await api.PUT('/api/console/firmware/{firmware_id}', {
      params: { path: { firmware_id: Number(id) } },
      body: { notes },
    })
    await after()
  })
  const remove = useAction(async (id: string) => {
    await api.DELETE('/api/console/firmware/{firmware_id}', { params: { path: { firmware_id: Number(id) } } })
    await after()
    return true
  })
  const attempt = useAction(async (id: string, iotId: string) => {
    const created = await answer(
      api.POST('/api/console/firmware/{firmware_id}/trial', {
        params: { path: { firmware_id: Number(id) } },
        body: { iotId },
      }),
    )
    await after()
    return created.id
  })
  const download = useAction(async (id: string) => {
    const { url } = await answer(
      api.GET('/api/console/firmware/{firmware_id}/download', {
        params: { path: { firmware_id: Number(id) } },
      }),
    )
    location.assign(url)
  })
  return { note, remove, attempt, download }
}

/** Devices of a product whose name contains `words`, to choose one from. */
export async function findDevices(productKey: string, words: string) {
  const page = await answer(
    api.GET('/api/console/devices', {
      params: { query: { productKey, q: words, pageNo: 1, pageSize: 20 } },
    }),
  )
  return page.data
}
