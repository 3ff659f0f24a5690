import { useLive, type Live, type LiveEvent } from '@linli/shared'

export type Topic = 'pass' | 'device' | 'delivery' | 'message' | 'firmware' | 'config' | 'visit' | 'edge'

/** Follow topics of the console's live stream in one community (null: all that the account may see). */
export function useLiveTopics<T>(
  topics: readonly Topic[],
  communityId: () => string | null,
  on: (event: LiveEvent<T>) => void,
): Live {
  const url = () => {
    const query = new URLSearchParams({ topics: topics.join(',') })
    const community = communityId()
    if (community) query.set('communityId', community)
    return `/api/console/live?${query}`
  }
  return useLive<T>(url, [...topics, 'missed'], on)
}
