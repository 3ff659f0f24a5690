import { onScopeDispose } from 'vue'
import { useResource } from '@linli/shared/phone'
import { answer, api, type Schemas } from '@/api/client'

export type Lane = Schemas['LaneRow']
export type Need = Schemas['LaneInNeed']

const AGAIN_MS = 5_000
const NEWEST = 50
const LATELY_MS = 3_600_000

/** Entrances that need a person now, the most urgent first; one that has two causes comes twice. */
export const needsIn = (communityId: string) =>
  answer(
    api.GET('/api/console/communities/{community_id}/parking/attention', {
      params: { path: { community_id: Number(communityId) } },
    }),
  )

/** The same with the newest picture of each entrance, looked at again while the page is in sight. */
export function useNeeds(communityId: () => string | null) {
  /** By pass: the address of a picture changes with each answer, the picture does not. */
  const seen = new Map<string, string>()

  async function ask(id: string) {
    const needs = await needsIn(id)
    const pictures = needs.length ? await picturesIn(id) : new Map<string, string>()
    return { needs, pictures }
  }

  async function picturesIn(id: string): Promise<Map<string, string>> {
    const passes = await answer(
      api.GET('/api/console/communities/{community_id}/parking/passes', {
        params: {
          path: { community_id: Number(id) },
          query: { pageSize: NEWEST, sinceMs: Date.now() - LATELY_MS },
        },
      }),
    )
    const newest = new Map<string, string>()
    for (const row of passes.data) {
      if (!seen.has(row.id)) seen.set(row.id, row.pictureUrl)
      if (!newest.has(row.laneId)) newest.set(row.laneId, seen.get(row.id) ?? '')
    }
    return newest
  }

  const resource = useResource(() => {
    const id = communityId()
    return id ? ask(id) : null
  }, [communityId])
  const timer = setInterval(() => {
    if (!document.hidden) void resource.refresh()
  }, AGAIN_MS)
  onScopeDispose(() => clearInterval(timer))
  return resource
}

/** What mostly stands behind a cause, as the key of a reason: with it the barrier is two taps away. */
export const REASON_OF: Partial<Record<Need['why'], string>> = {
  paid_shut: 'paid',
  ticket_shut: 'ticket',
  refused_open: 'again',
  read_shut: 'readable',
  no_plate: 'noPlate',
  plate_doubt: 'misread',
}

export const TONES: Record<Need['why'], 'bad' | 'warn' | 'idle'> = {
  paid_shut: 'bad',
  ticket_shut: 'bad',
  refused_open: 'bad',
  read_shut: 'bad',
  fee_due: 'bad',
  no_plate: 'warn',
  plate_doubt: 'warn',
  opened_by_force: 'warn',
  offline: 'idle',
}
