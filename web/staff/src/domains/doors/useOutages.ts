import { useResource } from '@linli/shared/phone'
import { answer, api, type Schemas } from '@/api/client'

export type DoorOutage = Schemas['DoorOutage']
type Translate = (key: string, facts?: Record<string, unknown>) => string

/** Gateways and boxes of a community that are away, with how many doors each takes. */
export const outagesIn = (communityId: string) =>
  answer(api.GET('/api/console/door-outages', { params: { query: { communityId: Number(communityId) } } }))

export const useOutages = (communityId: () => string | null) =>
  useResource(() => {
    const id = communityId()
    return id ? outagesIn(id) : null
  }, [communityId])

/** What is away and what it takes, in words: `边缘主机 wangyuefu-01 断线，20 扇门受影响`. */
export function outageWords({ cause, doors }: DoorOutage, t: Translate): string {
  const kind = cause.boxId ? 'box' : cause.name ? 'gateway' : 'unnamed'
  const what = t(`doors.outage.${cause.disabled ? 'off' : 'cut'}.${kind}`, { name: cause.name })
  return t('doors.outage.takes', { cause: what, count: doors })
}
