import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type GroupRow = components['schemas']['DeviceGroupRow']
export type GroupDetail = components['schemas']['DeviceGroupDetail']
export type Conditions = components['schemas']['GroupConditions']
export type NewGroup = components['schemas']['NewDeviceGroup']
export type GroupChange = components['schemas']['DeviceGroupChange']
type States = components['schemas']['GroupConditions']['states']
export type State = NonNullable<States>[number]
export const STATES: readonly State[] = ['online', 'offline', 'unactive', 'disabled']

const path = (id: string) => ({ path: { group_id: Number(id) } })

export function useGroups() {
  return useResource(() => answer(api.GET('/api/console/device-groups')))
}

export function useGroup(id: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/device-groups/{group_id}', { params: path(id()) })),
    [id],
  )
}

export function useMembers(id: () => string, state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/device-groups/{group_id}/members', {
          params: {
            ...path(id()),
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
            },
          },
        }),
      ),
    [id, state.page, state.size, state.filters],
  )
}

export function useGroupActions() {
  const create = useAction((body: NewGroup) => answer(api.POST('/api/console/device-groups', { body })))
  const change = useAction(async (id: string, body: GroupChange) => {
    await api.PUT('/api/console/device-groups/{group_id}', { params: path(id), body })
    return true
  })
  const remove = useAction(async (id: string) => {
    await api.DELETE('/api/console/device-groups/{group_id}', { params: path(id) })
    return true
  })
  const add = useAction((id: string, iotIds: string[]) =>
    answer(api.POST('/api/console/device-groups/{group_id}/members', { params: path(id), body: { iotIds } })),
  )
  const takeOut = useAction((id: string, iotIds: string[]) =>
    answer(
      api.POST('/api/console/device-groups/{group_id}/members/remove', {
        params: path(id),
        body: { iotIds },
      }),
    ),
  )
  return { create, change, remove, add, takeOut }
}

export interface Branch {
  group: GroupRow
  depth: number
}

/** The tree as a list: each group after the one it is in, deeper by one. */
export function branches(groups: readonly GroupRow[]): Branch[] {
  const below = new Map<string | null, GroupRow[]>()
  for (const group of groups) below.set(group.parentId, [...(below.get(group.parentId) ?? []), group])
  const walk = (parent: string | null, depth: number): Branch[] =>
    (below.get(parent) ?? []).flatMap((group) => [{ group, depth }, ...walk(group.id, depth + 1)])
  return walk(null, 0)
}
