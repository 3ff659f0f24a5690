import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ConsentRow = components['schemas']['ConsentRow']
export type ErasureOut = components['schemas']['ErasureOut']
type Shown = 'live' | 'all'

/** The ledger of consents, and what was erased. */
export function useFaces(state: ListState, communityId: () => string | null | undefined) {
  const here = () => (communityId() ? Number(communityId()) : undefined)
  const paging = () => ({ communityId: here(), pageNo: state.page.value, pageSize: state.size.value })
  const consents = useResource(
    () =>
      state.filter('view') === 'erasures'
        ? null
        : answer(
            api.GET('/api/console/face-consents', {
              params: { query: { ...paging(), state: (state.filter('state') || 'live') as Shown } },
            }),
          ),
    [state.page, state.size, state.filters, communityId],
  )
  const erasures = useResource(
    () =>
      state.filter('view') === 'erasures'
        ? answer(api.GET('/api/console/face-erasures', { params: { query: paging() } }))
        : null,
    [state.page, state.size, state.filters, communityId],
  )
  const receipt = useAction(async (id: string) => {
    const signed = await answer(
      api.GET('/api/console/face-erasures/{erasure_id}/receipt', {
        params: { path: { erasure_id: Number(id) } },
      }),
    )
    save(`face-erasure-${id}.json`, signed.document)
    save(
      `face-erasure-${id}.sig`,
      Uint8Array.from(atob(signed.signature), (char) => char.charCodeAt(0)),
    )
    save('face-erasure-key.pem', signed.publicKey)
  })
  return { consents, erasures, receipt }
}

function save(name: string, content: BlobPart) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content]))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
