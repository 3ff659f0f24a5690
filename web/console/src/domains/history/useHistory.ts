import { ref, watch } from 'vue'
import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type HistoryRow = components['schemas']['HistoryRow']

export const PAGE = 20

/** What happened to one record, the latest first, page after page. */
export function useHistory(communityId: () => string, kind: () => string, target: () => string) {
  const pages = ref(1)
  watch([communityId, kind, target], () => (pages.value = 1))
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/history', {
          params: {
            path: { community_id: Number(communityId()) },
            query: { kind: kind(), target: target(), pageSize: Math.min(PAGE * pages.value, 100) },
          },
        }),
      ),
    [communityId, kind, target, pages],
  )
  return { list, pages }
}

/** Putting a record back to what it was before a change. */
export function useRestore(communityId: () => string) {
  return useAction(async (changeId: string) => {
    await api.POST('/api/console/communities/{community_id}/history/{change_no}/restore', {
      params: { path: { community_id: Number(communityId()), change_no: Number(changeId) } },
    })
    return true
  })
}
