import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type CallDetail = components['schemas']['CallDetail']
export type PhoneLogIn = components['schemas']['PhoneLogIn']

/** One call: whom it tried one after the other, and each try to open the door. */
export function useCallDetail(id: () => string) {
  return useResource(
    () =>
      // Numbers of calls exceed what a JavaScript number holds: they travel as they came.
      answer(api.GET('/api/console/calls/{call_id}', { params: { path: { call_id: id() as never } } })),
    [id],
  )
}

/** Keep a note with a call. */
export async function noteCall(id: string, words: string): Promise<void> {
  const params = { path: { call_id: id as never } }
  await answer(api.POST('/api/console/calls/{call_id}/notes', { params, body: { words } }))
}

export type HousePermission = components['schemas']['HousePermission']

/** How one house may talk with doors. */
export function useHousePermissions(communityId: () => string, houseId: () => string) {
  const params = () => ({
    path: { community_id: Number(communityId()), house_id: Number(houseId()) },
  })
  const path = '/api/console/communities/{community_id}/houses/{house_id}/intercom/permissions'
  const permissions = useResource(() => answer(api.GET(path, { params: params() })), [communityId, houseId])
  const save = useAction(async (body: HousePermission) => {
    await api.PUT(path, { params: params(), body })
    await permissions.reload()
    return true
  })
  return { permissions, save }
}

/** Limits of a community's calls, and the phones of its guard desks. */
export function useCallSettings(communityId: () => string) {
  const path = () => ({ community_id: Number(communityId()) })
  const settings = useResource(
    () =>
      answer(api.GET('/api/console/communities/{community_id}/call-settings', { params: { path: path() } })),
    [communityId],
  )
  const save = useAction(async (body: components['schemas']['CallLimits']) => {
    await api.PUT('/api/console/communities/{community_id}/call-settings', { params: { path: path() }, body })
    await settings.reload()
    return true
  })
  const setUp = useAction(async (place: number) => {
    const logIn = await answer(
      api.POST('/api/console/communities/{community_id}/call-settings/desks/{place}', {
        params: { path: { ...path(), place } },
      }),
    )
    await settings.reload()
    return logIn
  })
  const remove = useAction(async (place: number) => {
    await api.DELETE('/api/console/communities/{community_id}/call-settings/desks/{place}', {
      params: { path: { ...path(), place } },
    })
    await settings.reload()
    return true
  })
  return { settings, save, setUp, remove }
}

/** The boxes that run a community's intercom, with the phones that are logged in there. */
export function useSiteIntercom(communityId: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/site-intercom', {
          params: { path: { community_id: Number(communityId()) } },
        }),
      ),
    [communityId],
  )
}

export type OfficeTerminal = components['schemas']['OfficeTerminal']

/** The indoor terminals of the property's office of a community. */
export function useOfficeTerminals(communityId: () => string) {
  const path = (bindId = '') => ({ community_id: Number(communityId()), bind_id: bindId })
  const terminals = useResource(
    () => answer(api.GET('/api/console/communities/{community_id}/terminals', { params: { path: path() } })),
    [communityId],
  )
  const bind = useAction(async (body: { code: string; nickname: string }) => {
    await api.POST('/api/console/communities/{community_id}/terminals', { params: { path: path() }, body })
    await terminals.reload()
    return true
  })
  const rename = useAction(async (bindId: string, nickname: string) => {
    await api.PUT('/api/console/communities/{community_id}/terminals/{bind_id}', {
      params: { path: path(bindId) },
      body: { nickname },
    })
    await terminals.reload()
    return true
  })
  const unbind = useAction(async (bindId: string) => {
    await api.DELETE('/api/console/communities/{community_id}/terminals/{bind_id}', {
      params: { path: path(bindId) },
    })
    await terminals.reload()
    return true
  })
  return { terminals, bind, rename, unbind }
}

/** The account of a house's indoor unit. */
export function useIndoorUnit(communityId: () => string, houseId: () => string) {
  const path = () => ({ community_id: Number(communityId()), house_id: Number(houseId()) })
  const setUp = useAction(() =>
    answer(
      api.POST('/api/console/communities/{community_id}/houses/{house_id}/intercom/unit', {
        params: { path: path() },
      }),
    ),
  )
  const remove = useAction(async () => {
    await api.DELETE('/api/console/communities/{community_id}/houses/{house_id}/intercom/unit', {
      params: { path: path() },
    })
    return true
  })
  return { setUp, remove }
}
