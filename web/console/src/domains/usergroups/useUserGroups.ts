import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type UserGroup = components['schemas']['UserGroupRow']
export type CommunityUser = components['schemas']['CommunityUserRow']

export const GROUP_TYPES = ['RESIDENT', 'PROPERTY', 'VISITOR', 'BLACKLIST'] as const
const MOST = 100

type Id = () => string | null

const at = (id: Id) => ({ community_id: Number(id() ?? 0) })

export function useUserGroups(communityId: Id) {
  return useResource(
    () =>
      communityId()
        ? answer(
            api.GET('/api/console/communities/{community_id}/user-groups', {
              params: { path: at(communityId), query: { pageSize: MOST } },
            }),
          )
        : null,
    [communityId],
  )
}

export function useUsers(state: ListState, communityId: Id, groupId: () => string) {
  return useResource(() => {
    if (!communityId())
      return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as CommunityUser[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/users', {
        params: {
          path: at(communityId),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            groupId: groupId() || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId, groupId])
}

/** Users found by a part of their name or phone, for choosing some of them. */
export const findUsers = (communityId: string, q: string) =>
  answer(
    api.GET('/api/console/communities/{community_id}/users', {
      params: { path: { community_id: Number(communityId) }, query: { q: q || undefined, pageSize: 50 } },
    }),
  )

export function useUserGroupChanges(communityId: Id) {
  const group = (groupId: string) => ({ path: { ...at(communityId), group_id: groupId } })
  return {
    create: useAction((body: components['schemas']['NewUserGroup']) =>
      answer(
        api.POST('/api/console/communities/{community_id}/user-groups', {
          params: { path: at(communityId) },
          body,
        }),
      ),
    ),
    rename: useAction(async (groupId: string, name: string) => {
      await api.PUT('/api/console/communities/{community_id}/user-groups/{group_id}', {
        params: group(groupId),
        body: { name },
      })
      return true
    }),
    remove: useAction((groupId: string) =>
      answer(
        api.DELETE('/api/console/communities/{community_id}/user-groups/{group_id}', {
          params: group(groupId),
        }),
      ),
    ),
    /** Answers with those who were not in it before. */
    join: useAction(async (groupId: string, identityIds: string[]) => {
      const put = await answer(
        api.POST('/api/console/communities/{community_id}/user-groups/{group_id}/members', {
          params: group(groupId),
          body: { identityIds },
        }),
      )
      return put.new
    }),
    leave: useAction(async (groupId: string, identityIds: string[]) => {
      await api.POST('/api/console/communities/{community_id}/user-groups/{group_id}/members/remove', {
        params: group(groupId),
        body: { identityIds },
      })
      return true
    }),
    add: useAction((body: components['schemas']['NewUser']) =>
      answer(
        api.POST('/api/console/communities/{community_id}/users', {
          params: { path: at(communityId) },
          body,
        }),
      ),
    ),
    erase: useAction(async (identityIds: string[]) => {
      await api.POST('/api/console/communities/{community_id}/users/erase', {
        params: { path: at(communityId) },
        body: { identityIds },
      })
      return true
    }),
    restore: useAction(async (changeId: string) => {
      await api.POST('/api/console/communities/{community_id}/history/{change_no}/restore', {
        params: { path: { ...at(communityId), change_no: Number(changeId) } },
      })
      return true
    }),
  }
}
