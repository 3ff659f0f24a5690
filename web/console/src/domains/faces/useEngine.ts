import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type EngineState = components['schemas']['FaceEngineState']
export type FaceModel = components['schemas']['FaceModel']
export type FaceToEnrol = components['schemas']['FaceToEnrol']
export type FaceMatches = components['schemas']['FaceSearchResult']
export type Limits = components['schemas']['FaceThresholds']

const at = (communityId: string | null | undefined) => ({ path: { community_id: Number(communityId) } })

/** How the engine stands for one community, and what the community decides by. */
export function useEngine(communityId: () => string | null | undefined) {
  const engine = useResource(() => {
    const id = communityId()
    return id
      ? answer(api.GET('/api/console/communities/{community_id}/face-engine', { params: at(id) }))
      : null
  }, [communityId])
  const decide = useAction(async (wanted: Limits) => {
    await api.PUT('/api/console/communities/{community_id}/face-engine/thresholds', {
      params: at(communityId()),
      body: wanted,
    })
    await engine.reload()
    return true
  })
  const clear = useAction(async () => {
    await api.DELETE('/api/console/communities/{community_id}/face-engine/thresholds', {
      params: at(communityId()),
    })
    await engine.reload()
    return true
  })
  return { engine, decide, clear }
}

/** Faces that cannot be recognised yet. */
export function useToEnrol(state: ListState, communityId: () => string | null | undefined) {
  return useResource(() => {
    const id = communityId()
    if (!id) return null
    return answer(
      api.GET('/api/console/communities/{community_id}/face-engine/to-enrol', {
        params: { ...at(id), query: { pageNo: state.page.value, pageSize: state.size.value } },
      }),
    )
  }, [state.page, state.size, communityId])
}

export function useFaceSearch(communityId: () => string | null | undefined) {
  return useAction((picture: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/face-engine/search', {
        params: at(communityId()),
        body: { picture },
      }),
    ),
  )
}

/** What is wrong with a picture that is to be recorded. */
export function useFaceLook(communityId: () => string | null | undefined) {
  return useAction((picture: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/face-engine/look', {
        params: at(communityId()),
        body: { picture },
      }),
    ),
  )
}

/** One resident's face at the desk. */
export function useResidentFace(communityId: () => string, identityId: () => string) {
  const of = () => ({
    params: { path: { community_id: Number(communityId()), identity_id: identityId() } },
  })
  const face = useResource(
    () => answer(api.GET('/api/console/communities/{community_id}/residents/{identity_id}/face', of())),
    [identityId],
  )
  const save = useAction(async (body: components['schemas']['FaceSave']) => {
    await api.POST('/api/console/communities/{community_id}/residents/{identity_id}/face', { ...of(), body })
    await face.reload()
    return true
  })
  const withdraw = useAction(async () => {
    await api.DELETE('/api/console/communities/{community_id}/residents/{identity_id}/face', of())
    await face.reload()
    return true
  })
  return { face, save, withdraw }
}
