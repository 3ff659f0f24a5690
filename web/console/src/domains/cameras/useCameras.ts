import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type CameraRow = components['schemas']['CameraRow']
export type CameraForm = components['schemas']['CameraForm']
export type CameraBatch = components['schemas']['CameraBatch']
export type CameraDevice = components['schemas']['CameraDevice']

export const PROTOCOLS = [1, 2, 3, 4, 5] as const
export const STATUSES = [1, 2, 3] as const
export const DIRECTIONS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const
export const TONES = { 1: 'ok', 2: 'warn', 3: 'idle' } as const
const FILTERS = ['q', 'status', 'protocol', 'group'] as const

const here = (communityId: string) => ({ community_id: Number(communityId) })

export const number = (text: string) => (text ? Number(text) : undefined)

export function useCameras(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as CameraRow[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/cameras', {
        params: {
          path: here(community),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            status: number(state.filter('status')),
            protocol: number(state.filter('protocol')),
            group: state.filter('group') || undefined,
            sort: state.sort.value || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.sort, state.filters, communityId])
}

/** Filters of the list for its export. */
export const asked = (state: ListState) =>
  Object.fromEntries(FILTERS.map((name) => [name, state.filter(name)]).filter(([, value]) => value))

export function useGroups(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/cameras/groups', {
            params: { path: here(community) },
          }),
        )
      : null
  }, [communityId])
}

/** Cameras bound to the community of which nothing is known yet. */
export function useWaiting(communityId: () => string | null, q: () => string = () => '') {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/cameras/devices', {
            params: { path: here(community), query: { q: q() || undefined } },
          }),
        )
      : null
  }, [communityId, q])
}

/** Imports and clearings, the latest first. */
export function useBatches(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/cameras/batches', {
            params: { path: here(community), query: { pageSize: 50 } },
          }),
        )
      : null
  }, [communityId])
}

export function useCameraChanges(communityId: () => string) {
  const path = () => here(communityId())
  const add = useAction((iotId: string, body: CameraForm) =>
    answer(
      api.POST('/api/console/communities/{community_id}/cameras', {
        params: { path: path() },
        body: { ...body, iotId },
      }),
    ),
  )
  const change = useAction(async (id: string, body: CameraForm) => {
    await api.PUT('/api/console/communities/{community_id}/cameras/{camera_id}', {
      params: { path: { ...path(), camera_id: Number(id) } },
      body,
    })
    return true
  })
  const clear = useAction((expected: number, ids: readonly string[] | null) =>
    answer(
      api.POST('/api/console/communities/{community_id}/cameras/clear', {
        params: { path: path() },
        body: { expected, ids: ids?.map(Number) ?? null },
      }),
    ),
  )
  const undo = useAction((batchId: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/cameras/batches/{batch_id}/undo', {
        params: { path: { ...path(), batch_id: Number(batchId) } },
      }),
    ),
  )
  return { add, change, clear, undo }
}
