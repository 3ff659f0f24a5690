import type { Ref } from 'vue'
import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type PersonRow = components['schemas']['PersonRow']
export type PersonGroupRow = components['schemas']['PersonGroupRow']
export type RoleRow = components['schemas']['RoleRow']
export type RightsTree = components['schemas']['RightsTree']
export type PasswordTaken = components['schemas']['PasswordTaken']
export type StaffLogRow = components['schemas']['StaffLogRow']

const paged = (state: ListState) => ({ pageNo: state.page.value, pageSize: state.size.value })

export function usePersons(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/organisation/persons', {
          params: { query: { ...paged(state), q: state.filter('q') || undefined } },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

export const useRoles = () => useResource(() => answer(api.GET('/api/console/organisation/roles')))
export const useRights = () => useResource(() => answer(api.GET('/api/console/organisation/rights')))

export function usePerson(accountId: Ref<string>) {
  return useResource(
    () =>
      accountId.value
        ? answer(
            api.GET('/api/console/organisation/persons/{account_id}', {
              params: { path: { account_id: Number(accountId.value) } },
            }),
          )
        : null,
    [accountId],
  )
}

/** Default groups of projects; with a person, those that they are in or are not in. */
export function useGroups(page: Ref<number>, q: Ref<string>, accountId?: Ref<string>, bound?: Ref<boolean>) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/organisation/groups', {
          params: {
            query: {
              pageNo: page.value,
              pageSize: 10,
              q: q.value || undefined,
              accountId: Number(accountId?.value ?? 0) || undefined,
              bound: accountId ? bound?.value : undefined,
            },
          },
        }),
      ),
    accountId && bound ? [page, q, accountId, bound] : [page, q],
  )
}

export function useLog(state: ListState) {
  return useResource(
    () => answer(api.GET('/api/console/organisation/log', { params: { query: paged(state) } })),
    [state.page, state.size],
  )
}

export function useOrganisationActions() {
  const at = (accountId: string) => ({ params: { path: { account_id: Number(accountId) } } })
  return {
    add: useAction((persons: { name: string; phone: string }[]) =>
      answer(api.POST('/api/console/organisation/persons', { body: { persons } })),
    ),
    setRoles: useAction(async (accountId: string, roleIds: string[]) => {
      await api.PUT('/api/console/organisation/persons/{account_id}/roles', {
        ...at(accountId),
        body: { roleIds: roleIds.map(Number) },
      })
      return true
    }),
    setRights: useAction(async (accountId: string, rights: string[]) => {
      await api.PUT('/api/console/organisation/persons/{account_id}/rights', {
        ...at(accountId),
        body: { rights },
      })
      return true
    }),
    setAccess: useAction(async (accountId: string, disabled: boolean) => {
      await api.PUT('/api/console/organisation/persons/{account_id}/access', {
        ...at(accountId),
        body: { disabled },
      })
      return true
    }),
    setSubAdmin: useAction(async (accountId: string, subAdmin: boolean) => {
      await api.PUT('/api/console/organisation/persons/{account_id}/sub-administrator', {
        ...at(accountId),
        body: { subAdmin },
      })
      return true
    }),
    setAdministrator: useAction(async (accountId: string, role: 'tenant_admin' | '') => {
      await api.PUT('/api/console/organisation/persons/{account_id}/administrator', {
        ...at(accountId),
        body: { role },
      })
      return true
    }),
    resetPassword: useAction((accountId: string) =>
      answer(api.POST('/api/console/organisation/persons/{account_id}/password', at(accountId))),
    ),
    bind: useAction(async (accountIds: string[], projectIds: string[], bound: boolean) => {
      const body = { accountIds: accountIds.map(Number), projectIds }
      if (bound) await api.POST('/api/console/organisation/groups/bind', { body })
      else await api.POST('/api/console/organisation/groups/unbind', { body })
      return true
    }),
    saveRole: useAction(async (id: string, body: components['schemas']['RoleForm']) => {
      if (id)
        await api.PUT('/api/console/organisation/roles/{role_id}', {
          params: { path: { role_id: Number(id) } },
          body,
        })
      else await api.POST('/api/console/organisation/roles', { body })
      return true
    }),
    deleteRole: useAction(async (id: string) => {
      await api.DELETE('/api/console/organisation/roles/{role_id}', {
        params: { path: { role_id: Number(id) } },
      })
      return true
    }),
  }
}
