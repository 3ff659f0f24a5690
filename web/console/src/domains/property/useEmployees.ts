import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type EmployeeRow = components['schemas']['EmployeeRow']
export type DepartmentNode = components['schemas']['DepartmentNode']

/** A department with those below it, as the tree draws it. */
export interface Branch {
  id: string
  name: string
  description: string
  employees: number
  children: Branch[]
}

type Id = () => string | null
const at = (id: Id) => ({ community_id: Number(id() ?? 0) })

export function asTree(rows: readonly DepartmentNode[]): Branch[] {
  const byId = new Map(rows.map((row) => [row.id, { ...row, children: [] as Branch[] }]))
  const top: Branch[] = []
  for (const row of rows) {
    const branch = byId.get(row.id)!
    const parent = row.parentId ? byId.get(row.parentId) : undefined
    ;(parent?.children ?? top).push(branch)
  }
  return top
}

export function useDepartments(communityId: Id) {
  return useResource(
    () =>
      communityId()
        ? answer(
            api.GET('/api/console/communities/{community_id}/departments', {
              params: { path: at(communityId) },
            }),
          )
        : null,
    [communityId],
  )
}

export function useEmployees(state: ListState, communityId: Id, departmentId: () => string) {
  return useResource(() => {
    if (!communityId())
      return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as EmployeeRow[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/employees', {
        params: {
          path: at(communityId),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            sort: state.sort.value || undefined,
            departmentId: departmentId() ? Number(departmentId()) : undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.sort, state.filters, communityId, departmentId])
}

export function useEmployeeChanges(communityId: Id) {
  const department = (id: string) => ({ path: { ...at(communityId), department_id: Number(id) } })
  return {
    save: useAction(async (identityId: string, body: components['schemas']['EmployeeForm']) => {
      if (identityId)
        await api.PUT('/api/console/communities/{community_id}/employees/{identity_id}', {
          params: { path: { ...at(communityId), identity_id: identityId } },
          body,
        })
      else
        await api.POST('/api/console/communities/{community_id}/employees', {
          params: { path: at(communityId) },
          body,
        })
      return true
    }),
    move: useAction(async (body: components['schemas']['EmployeesMoved']) => {
      await api.POST('/api/console/communities/{community_id}/employees/move', {
        params: { path: at(communityId) },
        body,
      })
      return true
    }),
    dismiss: useAction((identityIds: string[]) =>
      answer(
        api.POST('/api/console/communities/{community_id}/employees/dismiss', {
          params: { path: at(communityId) },
          body: { identityIds },
        }),
      ),
    ),
    saveDepartment: useAction(async (id: string, body: components['schemas']['DepartmentForm']) => {
      if (id)
        await api.PUT('/api/console/communities/{community_id}/departments/{department_id}', {
          params: department(id),
          body,
        })
      else
        await api.POST('/api/console/communities/{community_id}/departments', {
          params: { path: at(communityId) },
          body,
        })
      return true
    }),
    moveDepartment: useAction(async (id: string, parentId: string | null) => {
      await api.PUT('/api/console/communities/{community_id}/departments/{department_id}/parent', {
        params: department(id),
        body: { parentId: parentId ? Number(parentId) : null },
      })
      return true
    }),
    removeDepartment: useAction((id: string) =>
      answer(
        api.DELETE('/api/console/communities/{community_id}/departments/{department_id}', {
          params: department(id),
        }),
      ),
    ),
    restore: useAction(async (changeIds: string[]) => {
      for (const changeId of changeIds)
        await api.POST('/api/console/communities/{community_id}/history/{change_no}/restore', {
          params: { path: { ...at(communityId), change_no: Number(changeId) } },
        })
      return true
    }),
  }
}
