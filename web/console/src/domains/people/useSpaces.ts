import { onScopeDispose, shallowRef } from 'vue'
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

const POLL_MS = 700

/** The import: tried first, which tells every error at once; then applied, or only its good rows; then perhaps undone. */
export function useSpaceImport(communityId: () => string) {
  const current = shallowRef<SpaceImport | null>(null)
  const path = (id: string) => ({ path: { import_id: Number(id) } })
  let gone = false
  onScopeDispose(() => (gone = true))

  /** A large file goes on after the answer: follow it until it is done. */
  async function follow(started: SpaceImport): Promise<SpaceImport> {
    current.value = started
    while (current.value.state === 'waiting' && !gone) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      current.value = await answer(
        api.GET('/api/console/imports/{import_id}', { params: path(current.value.id) }),
      )
    }
    return current.value
  }

  const check = useAction(async (file: File) => {
    current.value = null
    const form = new FormData()
    form.append('file', file)
    const started = await answer(
      api.POST('/api/console/communities/{community_id}/spaces/import', {
        params: { path: { community_id: Number(communityId()) }, query: { dryRun: true } },
        body: { file: file.name },
        bodySerializer: () => form,
      }),
    )
    return follow(started)
  })
  const apply = useAction(async (id: string, goodOnly: boolean) =>
    follow(
      await answer(
        api.POST('/api/console/imports/{import_id}/apply', { params: { ...path(id), query: { goodOnly } } }),
      ),
    ),
  )
  const undo = useAction(async (id: string) => {
    current.value = await answer(api.POST('/api/console/imports/{import_id}/undo', { params: path(id) }))
    return current.value
  })
  return { current, check, apply, undo }
}
