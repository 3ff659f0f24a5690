import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import type { CommunityCredential } from '@/domains/credentials/useCredentials'

export type CardRead = components['schemas']['CardRead']
export type ResidentDoor = components['schemas']['ResidentDoor']

/** Reasons of the two ways in which a card goes out of use at the desk. */
export const LOST = 'lost'
export const RETURNED = 'returned'
const MOST = 100
const here = (communityId: string) => ({ community_id: Number(communityId) })

/** Cards, codes, PINs and keys of some persons, those in use first. */
export function useCredentialsOf(communityId: () => string, personIds: () => string[]) {
  return useResource(async () => {
    const pages = await Promise.all(
      personIds().map((personId) =>
        answer(
          api.GET('/api/console/communities/{community_id}/held-credentials', {
            params: { path: here(communityId()), query: { personId, pageSize: MOST } },
          }),
        ),
      ),
    )
    const rows = pages.flatMap((page) => page.data)
    return [...rows.filter((row) => row.state !== 'ended'), ...rows.filter((row) => row.state === 'ended')]
  }, [communityId, () => personIds().join()])
}

export function useDoorsOf(communityId: () => string, identityId: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/residents/{identity_id}/doors', {
          params: { path: { ...here(communityId()), identity_id: identityId() } },
        }),
      ),
    [communityId, identityId],
  )
}

export function usePassesOf(communityId: () => string, personId: () => string) {
  return useResource(
    async () =>
      (
        await answer(
          api.GET('/api/console/passes', {
            params: { query: { communityId: Number(communityId()), personId: personId(), pageSize: 20 } },
          }),
        )
      ).data,
    [communityId, personId],
  )
}

export function useVehiclesOf(communityId: () => string, owners: () => string[]) {
  return useResource(async () => {
    if (!owners().length) return []
    const page = await answer(
      api.GET('/api/console/communities/{community_id}/vehicles', {
        params: { path: here(communityId()), query: { owner: owners().join(), pageSize: MOST } },
      }),
    )
    return page.data
  }, [communityId, () => owners().join()])
}

export function useVisitsOf(communityId: () => string, houseIds: () => string[]) {
  return useResource(async () => {
    const pages = await Promise.all(
      houseIds().map((houseId) =>
        answer(
          api.GET('/api/console/communities/{community_id}/visits', {
            params: { path: here(communityId()), query: { houseId: Number(houseId), pageSize: 20 } },
          }),
        ),
      ),
    )
    return pages.flatMap((page) => page.data).sort((left, right) => right.startsMs - left.startsMs)
  }, [communityId, () => houseIds().join()])
}

/** Everybody who lives in a house, and who lived there. */
export function useResidentsOf(communityId: () => string, houseId: () => string) {
  return useResource(async () => {
    const read = (status: number) =>
      answer(
        api.GET('/api/console/communities/{community_id}/residents', {
          params: {
            path: here(communityId()),
            query: { houseId: Number(houseId()), status, pageSize: MOST },
          },
        }),
      )
    const [living, left] = await Promise.all([read(1), read(4)])
    return [...living.data, ...left.data]
  }, [communityId, houseId])
}

export function useCards(communityId: () => string) {
  const path = () => here(communityId())
  const give = useAction((personId: string, number: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/credentials', {
        params: { path: path() },
        body: { kind: 'card', personId, number, reach: 'home' },
      }),
    ),
  )
  const named = (row: CommunityCredential) => ({ origin: row.origin, ref: row.ref, personId: row.personId })
  const end = useAction(async (row: CommunityCredential, reason: string) => {
    const ended = await answer(
      api.POST('/api/console/communities/{community_id}/held-credentials/end', {
        params: { path: path() },
        body: { ...named(row), reason },
      }),
    )
    return { row, iotIds: ended.iotIds, reason }
  })
  const restore = useAction(async (row: CommunityCredential, iotIds: string[] = []) => {
    await api.POST('/api/console/communities/{community_id}/held-credentials/restore', {
      params: { path: path() },
      body: { ...named(row), iotIds },
    })
    return true
  })
  const read = useAction((number: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/card-readings', {
        params: { path: path() },
        body: { number },
      }),
    ),
  )
  return { give, end, restore, read }
}
