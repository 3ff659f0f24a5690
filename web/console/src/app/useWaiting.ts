import { computed, onScopeDispose, readonly, shallowRef, watch } from 'vue'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { useCommunity } from './useCommunity'
import { useLiveTopics } from './useLiveTopics'
import { useSession } from './useSession'

type Schemas = components['schemas']
export type WaitingResident = Schemas['ResidentRow']
export type WaitingVisit = Schemas['VisitRow']

/** What waits for a person in the community being worked in; only what the account may see. */
export interface Waiting {
  reviews: { total: number; rows: WaitingResident[] }
  visits: { total: number; rows: WaitingVisit[] }
  alarms: number
  /** Events of cameras that nobody looked into. */
  security: number
  /** Vehicles that left a car park and were not seen to come. */
  exits: number
  deliveries: number
  ending: Schemas['EndingRow'][]
  /** Of the installation itself, for its operator: certificates that end, backups that are overdue or failed. */
  installation: Schemas['InstallationWaiting']
}

const UNDER_REVIEW = 2
const SHOWN = 5
const REFRESH_MS = 30_000
const SOON_MS = 1000
const waiting = shallowRef<Waiting | null>(null)
/** The community that was asked for, whatever came of it; undefined: none yet. */
const askedFor = shallowRef<string | null>()
let turn = 0

async function ask(community: string | null, may: (right: string) => boolean): Promise<Waiting> {
  const path = { community_id: Number(community) }
  const none = { total: 0, data: [] }
  const here = (right: string) => community !== null && may(right)
  const [reviews, visits, alarms, security, exits, deliveries, ending, installation] = await Promise.all([
    here('residents.manage')
      ? answer(
          api.GET('/api/console/communities/{community_id}/residents', {
            params: { path, query: { status: UNDER_REVIEW, pageSize: SHOWN } },
          }),
        )
      : none,
    here('visitors.manage')
      ? answer(
          api.GET('/api/console/communities/{community_id}/visits', {
            params: { path, query: { state: 'asked', pageSize: SHOWN } },
          }),
        )
      : none,
    here('devices.use')
      ? answer(
          api.GET('/api/console/door-alarms', {
            params: {
              query: { communityId: path.community_id, handling: 'open', lasting: true, pageSize: 1 },
            },
          }),
        )
      : none,
    here('devices.use')
      ? answer(
          api.GET('/api/console/communities/{community_id}/security-alarms', {
            params: { path, query: { state: 'open', pageSize: 1 } },
          }),
        )
      : none,
    here('vehicles.manage')
      ? answer(
          api.GET('/api/console/parking-stays', {
            params: { query: { communityId: path.community_id, state: 'orphan', pageSize: 1 } },
          }),
        )
      : none,
    here('devices.use')
      ? answer(
          api.GET('/api/console/deliveries', {
            params: { query: { communityId: path.community_id, status: 'needManual', pageSize: 1 } },
          }),
        )
      : none,
    here('communities.use') ? answer(api.GET('/api/console/claims/ending')) : [],
    may('installation.manage')
      ? answer(api.GET('/api/console/health/installation/waiting'))
      : { certificates: 0, backups: 0 },
  ])
  return {
    reviews: { total: reviews.total, rows: reviews.data },
    visits: { total: visits.total, rows: visits.data },
    alarms: alarms.total,
    security: security.total,
    exits: exits.total,
    deliveries: deliveries.total,
    ending,
    installation,
  }
}

/** One for the whole app: the desk's queue, and the numbers beside the places of the navigation. */
export function useWaiting() {
  const session = useSession()
  const community = useCommunity()

  async function reload(): Promise<void> {
    const mine = ++turn
    const id = community.id.value
    const asks = id !== null || session.may('installation.manage')
    const now = asks ? await ask(id, session.may).catch(() => waiting.value) : null
    if (mine !== turn) return
    waiting.value = now
    askedFor.value = id
  }

  /** Beside a place of the navigation; 0: nothing waits there. */
  function countAt(place: string): number {
    const now = waiting.value
    if (!now) return 0
    const counts: Record<string, number> = {
      residents: now.reviews.total,
      visitors: now.visits.total,
      'door-alarms': now.alarms,
      'security-alarms': now.security,
      'parking-stays': now.exits,
      deliveries: now.deliveries,
      communities: now.ending.length,
      inbox: now.installation.certificates + now.installation.backups,
    }
    return counts[place] ?? 0
  }

  /** Keep it up to date while the caller is there. */
  function follow(): void {
    let soon: ReturnType<typeof setTimeout> | undefined
    useLiveTopics(
      ['visit', 'alarm', 'security', 'delivery'],
      () => community.id.value,
      () => {
        soon ??= setTimeout(() => {
          soon = undefined
          void reload()
        }, SOON_MS)
      },
    )
    watch(community.id, () => void reload(), { immediate: true })
    const regular = setInterval(() => void reload(), REFRESH_MS)
    onScopeDispose(() => {
      clearTimeout(soon)
      clearInterval(regular)
    })
  }

  return {
    waiting: readonly(waiting),
    /** What waits here is known, or cannot be: nothing comes above the rest of a page any more. */
    settled: computed(() => askedFor.value === community.id.value),
    reload,
    countAt,
    follow,
  }
}
