import { ref, watch } from 'vue'
import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type HistoryRow = components['schemas']['HistoryRow']

export const PAGE = 20

/**
 * What happened to one record, the latest first, page after page. Without a community: to a record of the company, or
 * without a target to all of a kind.
 */
export function useHistory(
  communityId: () => string | undefined,
  kind: () => string,
  target: () => string | undefined,
) {
  const pages = ref(1)
  watch([communityId, kind, target], () => (pages.value = 1))
  const list = useResource(() => {
    const query = { kind: kind(), target: target() ?? '', pageSize: Math.min(PAGE * pages.value, 100) }
    const community = communityId()
    return community === undefined
      ? answer(api.GET('/api/console/history', { params: { query } }))
      : answer(
          api.GET('/api/console/communities/{community_id}/history', {
            params: { path: { community_id: Number(community) }, query },
          }),
        )
  }, [communityId, kind, target, pages])
  return { list, pages }
}

/** Putting a record back to what it was before a change. */
export function useRestore(communityId: () => string | undefined) {
  return useAction(async (changeId: string) => {
    const community = communityId()
    const path = { change_no: Number(changeId) }
    if (community === undefined)
      await api.POST('/api/console/history/{change_no}/restore', { params: { path } })
    else
      await api.POST('/api/console/communities/{community_id}/history/{change_no}/restore', {
        params: { path: { ...path, community_id: Number(community) } },
      })
    return true
  })
}
