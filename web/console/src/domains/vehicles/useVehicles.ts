import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export { showPlate } from '@linli/shared'
export type VehicleRow = components['schemas']['VehicleRow']

/** CAR_COLOR of the wire. */
export const COLORS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const

const here = (communityId: string) => ({ community_id: Number(communityId) })

export function useVehicles(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as VehicleRow[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/vehicles', {
        params: {
          path: here(community),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            region: state.filter('region') || undefined,
            state: state.filter('state') || undefined,
            sort: state.sort.value || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.sort, state.filters, communityId])
}

export function useRegions(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/vehicles/regions', {
            params: { path: here(community) },
          }),
        )
      : null
  }, [communityId])
}

/** Residents whose name or phone fits, for choosing an owner. */
export async function findOwners(communityId: string, q: string) {
  const page = await answer(
    api.GET('/api/console/communities/{community_id}/residents', {
      params: { path: here(communityId), query: { q, pageSize: 20 } },
    }),
  )
  return page.data
}

export function useVehicleChanges(communityId: () => string) {
  const path = () => here(communityId())
  const add = useAction((body: components['schemas']['NewVehicleForm']) =>
    answer(api.POST('/api/console/communities/{community_id}/vehicles', { params: { path: path() }, body })),
  )
  const change = useAction(async (id: string, body: components['schemas']['ChangedVehicleForm']) => {
    await api.PUT('/api/console/communities/{community_id}/vehicles/{vehicle_id}', {
      params: { path: { ...path(), vehicle_id: Number(id) } },
      body,
    })
    return true
  })
  const remove = useAction(async (ids: readonly string[]) => {
    await api.POST('/api/console/communities/{community_id}/vehicles/remove', {
      params: { path: path() },
      body: { ids: ids.map(Number) },
    })
    return true
  })
  const restore = useAction(async (id: string) => {
    await api.POST('/api/console/communities/{community_id}/vehicles/{vehicle_id}/restore', {
      params: { path: { ...path(), vehicle_id: Number(id) } },
    })
    return true
  })
  return { add, change, remove, restore }
}
