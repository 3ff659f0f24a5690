import { ref } from 'vue'
import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type SpaceRow = components['schemas']['SpaceRow']
export type SpaceImport = components['schemas']['SpaceImport']

/** Kinds of spaces, and what may be made below each. */
export const BELOW: Record<string, readonly string[]> = {
  community: ['area', 'building'],
  area: ['area', 'building'],
  building: ['unit', 'house'],
  unit: ['house'],
  house: [],
}

export async function spacesBelow(communityId: string, parentId: string | null): Promise<SpaceRow[]> {
  return answer(
    api.GET('/api/console/communities/{community_id}/spaces', {
      params: {
        path: { community_id: Number(communityId) },
        query: { parentId: parentId ? Number(parentId) : undefined },
      },
    }),
  )
}

export function useChildren(communityId: () => string | null, parentId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community ? spacesBelow(community, parentId()) : null
  }, [communityId, parentId])
}

export function useSpaceChanges(communityId: () => string) {
  const create = useAction((parentId: string, kind: string, name: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/spaces', {
        params: { path: { community_id: Number(communityId()) } },
        body: { parentId: Number(parentId), kind, name },
      }),
    ),
  )
  const rename = useAction((id: string, name: string) =>
    answer(
      api.PUT('/api/console/spaces/{space_id}', {
        params: { path: { space_id: Number(id) } },
        body: { name },
      }),
    ),
  )
  const remove = useAction(async (id: string) => {
    await api.DELETE('/api/console/spaces/{space_id}', { params: { path: { space_id: Number(id) } } })
    return true
  })
  return { create, rename, remove }
}

/** The import: a dry run first, which tells every error at once; then the real one. */
export function useSpaceImport(communityId: () => string) {
  const file = ref<File | null>(null)
  const send = useAction((dryRun: boolean) => {
    const chosen = file.value
    if (!chosen) throw new Error('no file')
    return answer(
      api.POST('/api/console/communities/{community_id}/spaces/import', {
        params: { path: { community_id: Number(communityId()) }, query: { dryRun } },
        body: { file: chosen as unknown as string },
        bodySerializer: () => {
          const form = new FormData()
          form.append('file', chosen)
          return form
        },
      }),
    )
  })
  return { file, send }
}
