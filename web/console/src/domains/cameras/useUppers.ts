import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Upper = components['schemas']['UpperRow']
export type UpperForm = Required<components['schemas']['UpperForm']>
export type UpperCamera = components['schemas']['UpperCameraRow']

/** Upper platforms by GB28181, and how each stands. */
export function useUppers(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/upper-platforms', {
            params: { path: { community_id: Number(community) } },
          }),
        )
      : null
  }, [communityId])
}

export function useUpperChanges(communityId: () => string) {
  const path = () => ({ community_id: Number(communityId()) })
  const at = (id: string) => ({ ...path(), upper_id: Number(id) })
  return {
    add: (body: UpperForm) =>
      answer(
        api.POST('/api/console/communities/{community_id}/upper-platforms', {
          params: { path: path() },
          body,
        }),
      ),
    change: async (id: string, body: UpperForm) => {
      await api.PUT('/api/console/communities/{community_id}/upper-platforms/{upper_id}', {
        params: { path: at(id) },
        body,
      })
      return true
    },
    remove: async (id: string) => {
      await api.DELETE('/api/console/communities/{community_id}/upper-platforms/{upper_id}', {
        params: { path: at(id) },
      })
      return true
    },
    test: (id: string) =>
      answer(
        api.POST('/api/console/communities/{community_id}/upper-platforms/{upper_id}/test', {
          params: { path: at(id) },
        }),
      ),
    cameras: (id: string) =>
      answer(
        api.GET('/api/console/communities/{community_id}/upper-platforms/{upper_id}/cameras', {
          params: { path: at(id) },
        }),
      ),
    choose: async (id: string, rows: UpperCamera[]) => {
      const cameras = rows.map((row) => ({
        cameraId: Number(row.cameraId),
        code: row.code.trim(),
        unmasked: row.masked && row.unmasked,
      }))
      await api.PUT('/api/console/communities/{community_id}/upper-platforms/{upper_id}/cameras', {
        params: { path: at(id) },
        body: { cameras },
      })
      return true
    },
  }
}
