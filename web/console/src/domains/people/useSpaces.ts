import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { fileBody, useFollowed } from '@/domains/listimports/followed'

export type SpaceRow = components['schemas']['SpaceRow']
export type HouseRow = components['schemas']['HouseRow']
export type AssetRow = components['schemas']['AssetRow']
export type SpaceImport = components['schemas']['SpaceImport']
export type Answer = components['schemas']['Answer']
export type SpaceConsequences = components['schemas']['SpaceConsequences']

/** Kinds of spaces, and what may be made below each. */
export const BELOW: Record<string, readonly string[]> = {
  community: ['building', 'area', 'parking_area', 'house'],
  area: ['building', 'area', 'parking_area', 'house'],
  building: ['unit', 'house'],
  unit: ['house'],
  house: [],
  parking_area: ['parking_space_channel', 'parking_area'],
  parking_space_channel: [],
}
export const LANE = 'parking_space_channel'
export const HOUSE_TYPES = [1, 2, 3, 4, 5, 6, 7] as const
export const HOUSE_STATUSES = [1, 2, 3] as const
export const ASSET_TYPES = [1, 2, 3] as const

const path = (communityId: string) => ({ community_id: Number(communityId) })

export async function spacesBelow(communityId: string, parentId: string | null): Promise<SpaceRow[]> {
  return answer(
    api.GET('/api/console/communities/{community_id}/spaces', {
      params: { path: path(communityId), query: { parentId: parentId ? Number(parentId) : undefined } },
    }),
  )
}

/** Houses by their address as people type it; the first ones for an empty text. */
export async function findHouses(communityId: string, text: string): Promise<HouseRow[]> {
  const page = await answer(
    api.GET('/api/console/communities/{community_id}/houses', {
      params: { path: path(communityId), query: { q: text.trim() || undefined, pageSize: 50 } },
    }),
  )
  return page.data
}

/** The houses below one space, or of the whole community. */
export function useHouses(state: ListState, communityId: () => string | null, parentId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return null
    return answer(
      api.GET('/api/console/communities/{community_id}/houses', {
        params: {
          path: path(community),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            parentId: parentId() ? Number(parentId()) : undefined,
            q: state.filter('q') || undefined,
            houseType: state.filter('type') ? Number(state.filter('type')) : undefined,
            houseStatus: state.filter('status') ? Number(state.filter('status')) : undefined,
            sort: state.sort.value || undefined,
          },
        },
      }),
    )
  }, [communityId, parentId, state.page, state.size, state.filters, state.sort])
}

/** The way from the root down to a space: what a link with a space in it needs. */
export async function wayTo(spaceId: string): Promise<string[]> {
  const way = await answer(
    api.GET('/api/console/spaces/{space_id}/way', { params: { path: { space_id: Number(spaceId) } } }),
  )
  return way.map((space) => space.id)
}

export function useSpaceChanges(communityId: () => string) {
  const create = useAction((parentId: string, kind: string, name: string, direction?: number) =>
    answer(
      api.POST('/api/console/communities/{community_id}/spaces', {
        params: { path: path(communityId()) },
        body: { parentId: Number(parentId), kind, name, direction },
      }),
    ),
  )
  const change = useAction((id: string, name: string, direction?: number, parentId?: string) =>
    answer(
      api.PUT('/api/console/spaces/{space_id}', {
        params: { path: { space_id: Number(id) } },
        body: { name, direction, parentId: parentId ? Number(parentId) : undefined },
      }),
    ),
  )
  const consequences = useAction((id: string) =>
    answer(
      api.GET('/api/console/spaces/{space_id}/consequences', { params: { path: { space_id: Number(id) } } }),
    ),
  )
  const remove = useAction((id: string) =>
    answer(
      api.DELETE('/api/console/spaces/{space_id}', {
        params: { path: { space_id: Number(id) }, query: { whole: true } },
      }),
    ),
  )
  const describe = useAction((id: string, body: components['schemas']['HouseDescription']) =>
    answer(
      api.PUT('/api/console/communities/{community_id}/houses/{house_id}', {
        params: { path: { ...path(communityId()), house_id: Number(id) } },
        body,
      }),
    ),
  )
  return { create, change, consequences, remove, describe }
}

/** Parking spaces, garages and storage rooms of a house. */
export function useAssets(communityId: () => string, houseId: () => string) {
  const of = () => ({ ...path(communityId()), house_id: Number(houseId()) })
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/houses/{house_id}/assets', {
          params: { path: of() },
        }),
      ),
    [houseId],
  )
  const add = useAction((type: number, name: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/houses/{house_id}/assets', {
        params: { path: of() },
        body: { type, name },
      }),
    ),
  )
  const change = useAction(async (id: string, type: number, name: string) => {
    await api.PUT('/api/console/communities/{community_id}/houses/{house_id}/assets/{asset_id}', {
      params: { path: { ...of(), asset_id: Number(id) } },
      body: { type, name },
    })
    return true
  })
  const remove = useAction((id: string) =>
    answer(
      api.DELETE('/api/console/communities/{community_id}/houses/{house_id}/assets/{asset_id}', {
        params: { path: { ...of(), asset_id: Number(id) } },
      }),
    ),
  )
  return { list, add, change, remove }
}

/** The import: tried first, which tells every error at once; then applied, or only its good rows; then perhaps undone. */
export function useSpaceImport(communityId: () => string) {
  const importPath = (id: string) => ({ path: { import_id: Number(id) } })
  const { current, follow } = useFollowed((id) =>
    answer(api.GET('/api/console/imports/{import_id}', { params: importPath(id) })),
  )
  const check = useAction(async (file: File) => {
    current.value = null
    const sent = api.POST('/api/console/communities/{community_id}/spaces/import', {
      params: { path: path(communityId()), query: { dryRun: true } },
      ...fileBody(file),
    })
    return follow(await answer(sent))
  })
  const apply = useAction(async (id: string, goodOnly: boolean) => {
    const sent = api.POST('/api/console/imports/{import_id}/apply', {
      params: { ...importPath(id), query: { goodOnly } },
    })
    return follow(await answer(sent))
  })
  const undo = useAction(async (id: string) => {
    const sent = api.POST('/api/console/imports/{import_id}/undo', { params: importPath(id) })
    return (current.value = await answer(sent))
  })
  /** Imports of before: one whose page was left goes on, and can still be taken back. */
  const earlier = useResource(() =>
    answer(
      api.GET('/api/console/communities/{community_id}/imports', {
        params: { path: path(communityId()), query: { pageSize: 5 } },
      }),
    ),
  )
  const open = useAction(async (id: string) =>
    follow(await answer(api.GET('/api/console/imports/{import_id}', { params: importPath(id) }))),
  )
  const answerFaults = useAction(async (id: string, answers: Answer[]) => {
    const sent = api.POST('/api/console/imports/{import_id}/answers', {
      params: importPath(id),
      body: { answers },
    })
    return follow(await answer(sent))
  })
  return { current, earlier, check, answerFaults, apply, undo, open }
}
