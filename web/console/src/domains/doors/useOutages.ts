import type { RouteLocationRaw } from 'vue-router'
import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type OfflineCause = components['schemas']['OfflineCause']
export type DoorOutage = components['schemas']['DoorOutage']
type Translate = (key: string, facts?: Record<string, unknown>, count?: number) => string

/** Gateways and boxes of a community that are away, with how many doors each takes. */
export const useOutages = (communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/door-outages', { params: { query: { communityId: Number(community) } } }),
        )
      : null
  }, [communityId])

/** What is away, in words: `边缘主机 wangyuefu-01 断线`. */
export function causeWords(cause: OfflineCause, t: Translate): string {
  const kind = cause.boxId ? 'box' : cause.name ? 'gateway' : 'unnamed'
  return t(`doors.outage.${cause.disabled ? 'off' : 'cut'}.${kind}`, { name: cause.name })
}

/** The page of what is away; none for who may not see it. */
export function placeOfCause(cause: OfflineCause): RouteLocationRaw | null {
  if (cause.boxId) return { name: 'box', params: { nodeId: cause.boxId } }
  return cause.iotId ? { name: 'device', params: { iotId: cause.iotId } } : null
}
