import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Overview = components['schemas']['Overview']

export function useOverview(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return null
    return answer(api.GET('/api/console/overview', { params: { query: { communityId: Number(community) } } }))
  }, [communityId])
}
