import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { useCommunity } from '@/app/useCommunity'
import { useSession } from '@/app/useSession'

export type CommunityRow = components['schemas']['CommunityRow']

/** APPLY_STATUS of the wire. */
export const APPLY_STATUSES = [1, 2, 3] as const
export const applyTone = (status: number): Tone =>
  (({ 1: 'busy', 2: 'ok', 3: 'bad' }) as Record<number, Tone>)[status] ?? 'idle'

const path = (id: string) => ({ path: { community_id: Number(id) } })

export function useCommunities(state: ListState) {
  const session = useSession()
  return useResource(
    () =>
      session.may('communities.use')
        ? answer(
            api.GET('/api/console/communities', {
              params: {
                query: {
                  pageNo: state.page.value,
                  pageSize: state.size.value,
                  q: state.filter('q') || undefined,
                  applyStatus: state.filter('status') ? Number(state.filter('status')) : undefined,
                },
              },
            }),
          )
        : null,
    [state.page, state.size, state.filters],
  )
}

/** Applications of every tenant, for the platform's operator. */
export function useReviews() {
  const session = useSession()
  return useResource(() =>
    session.may('communities.review') ? answer(api.GET('/api/console/community-reviews', {})) : null,
  )
}

/** One application with its proofs, and who else claims the place. */
export function useReviewDetail(id: () => string | null) {
  return useResource(() => {
    const chosen = id()
    if (!chosen) return null
    return answer(api.GET('/api/console/community-reviews/{community_id}', { params: path(chosen) }))
  }, [id])
}

export function useCommunityDetail(id: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/communities/{community_id}', { params: path(id()) })),
    [id],
  )
}

export function useReview(done: () => unknown) {
  const community = useCommunity()
  const after = async () => {
    await Promise.all([done(), community.load()])
  }
  const approve = useAction(async (id: string) => {
    await api.POST('/api/console/communities/{community_id}/approve', { params: path(id) })
    await after()
  })
  const reject = useAction(async (id: string, reason: string) => {
    await api.POST('/api/console/communities/{community_id}/reject', { params: path(id), body: { reason } })
    await after()
    return true
  })
  return { approve, reject }
}

export function useApply() {
  return useAction((body: components['schemas']['CommunityApplication']) =>
    answer(api.POST('/api/console/communities', { body })),
  )
}
