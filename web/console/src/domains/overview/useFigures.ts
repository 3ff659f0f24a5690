import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Population = components['schemas']['Population']
export type Housing = components['schemas']['Housing']
export type Days = components['schemas']['Days']
export type Share = components['schemas']['Share']
export type VehiclePass = components['schemas']['VehiclePass']

type Community = () => string | null

const query = (community: string) => ({ params: { query: { communityId: Number(community) } } })

/** Each panel loads by itself: one that fails says so in its place and leaves the others alone. */
function figures<T>(communityId: Community, load: (community: string) => Promise<T>) {
  return useResource(() => {
    const community = communityId()
    return community ? load(community) : null
  }, [communityId])
}

export const usePopulation = (community: Community) =>
  figures(community, (id) => answer(api.GET('/api/console/overview/population', query(id))))

export const useHousing = (community: Community) =>
  figures(community, (id) => answer(api.GET('/api/console/overview/houses', query(id))))

export const useTraffic = (community: Community) =>
  figures(community, (id) => answer(api.GET('/api/console/overview/traffic', query(id))))

export const useVehicles = (community: Community) =>
  figures(community, (id) => answer(api.GET('/api/console/overview/vehicles', query(id))))

export const useVehiclePasses = (community: Community) =>
  figures(community, (id) => answer(api.GET('/api/console/overview/vehicle-passes', query(id))))
