import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import { useSession } from '@/app/useSession'
import type { components } from '@/api/schema'

export type Overview = components['schemas']['Overview']

export function useOverview(communityId: () => string | null) {
  const { may } = useSession()
  return useResource(() => {
    const community = communityId()
    if (!community || !may('communities.use')) return null
    return answer(api.GET('/api/console/overview', { params: { query: { communityId: Number(community) } } }))
  }, [communityId])
}
