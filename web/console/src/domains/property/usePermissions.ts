import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type FunctionOverview = components['schemas']['FunctionOverview']
export type MemberOverview = components['schemas']['MemberOverview']
export type Point = components['schemas']['PointForm']
export type Member = components['schemas']['FunctionHolder']

type Id = () => string | null
const at = (id: Id) => ({ community_id: Number(id() ?? 0) })

export const has = (points: readonly Point[], code: string, level: string) =>
  points.some((point) => point.function === code && point.level === level)

export function useFunctions(communityId: Id) {
  return useResource(
    () =>
      communityId()
        ? answer(
            api.GET('/api/console/communities/{community_id}/permissions/functions', {
              params: { path: at(communityId) },
            }),
          )
        : null,
    [communityId],
  )
}

export function useMembers(state: ListState, communityId: Id) {
  return useResource(() => {
    if (!communityId())
      return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as MemberOverview[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/permissions/persons', {
        params: {
          path: at(communityId),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            function: state.filter('function') || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])
}

export const findMembers = (communityId: string, q: string) =>
  answer(
    api.GET('/api/console/communities/{community_id}/permissions/members', {
      params: { path: { community_id: Number(communityId) }, query: { q: q || undefined, pageSize: 100 } },
    }),
  )

export function usePermissionChanges(communityId: Id) {
  const person = (identityId: string) => ({ path: { ...at(communityId), identity_id: identityId } })
  return {
    give: useAction(async (identityIds: string[], points: Point[]) => {
      await api.POST('/api/console/communities/{community_id}/permissions', {
        params: { path: at(communityId) },
        body: { identityIds, points },
      })
      return true
    }),
    setPerson: useAction(async (identityId: string, points: Point[], isManager: boolean | null) => {
      await api.PUT('/api/console/communities/{community_id}/permissions/persons/{identity_id}', {
        params: person(identityId),
        body: { points, isManager },
      })
      return true
    }),
    setFunction: useAction(async (code: string, use: string[], manage: string[]) => {
      await api.PUT('/api/console/communities/{community_id}/permissions/functions/{function}', {
        params: { path: { ...at(communityId), function: code } },
        body: { use, manage },
      })
      return true
    }),
    remove: useAction(async (identityId: string) => {
      await api.DELETE('/api/console/communities/{community_id}/permissions/persons/{identity_id}', {
        params: person(identityId),
      })
      return true
    }),
  }
}
