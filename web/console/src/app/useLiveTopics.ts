import { useLive, type Live, type LiveEvent } from '@linli/shared'
import { useSession } from '@/app/useSession'

export type Topic =
  | 'pass'
  | 'device'
  | 'delivery'
  | 'message'
  | 'firmware'
  | 'config'
  | 'visit'
  | 'edge'
  | 'attack'
  | 'alarm'
  | 'security'

const RIGHT: Record<Topic, string> = {
  pass: 'devices.use',
  device: 'devices.use',
  delivery: 'devices.use',
  message: 'devices.use',
  firmware: 'devices.use',
  config: 'devices.use',
  visit: 'visitors.use',
  edge: 'devices.use',
  attack: 'devices.use',
  alarm: 'devices.use',
  security: 'devices.use',
}

/**
 * Follow topics of the console's live stream in one community (null: all that the account may see). Topics whose right
 * the account lacks are not asked for: the server would refuse the stream.
 */
export function useLiveTopics<T>(
  topics: readonly Topic[],
  communityId: () => string | null,
  on: (event: LiveEvent<T>) => void,
): Live {
  const session = useSession()
  const url = () => {
    const allowed = topics.filter((topic) => session.may(RIGHT[topic]))
    if (!allowed.length) return null
    const query = new URLSearchParams({ topics: allowed.join(',') })
    const community = communityId()
    if (community) query.set('communityId', community)
    return `/api/console/live?${query}`
  }
  return useLive<T>(url, [...topics, 'missed'], on)
}
