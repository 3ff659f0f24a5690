import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type CommunityCredential = components['schemas']['CommunityCredential']
export type Denied = components['schemas']['DeniedRow']
export type CredentialIn = components['schemas']['CredentialIn']
type State = CommunityCredential['state']

export const KINDS = ['qr', 'card', 'pin', 'ble'] as const
export const ORIGINS = ['own', 'card', 'code', 'visitor', 'home', 'staff'] as const
export const STATES = ['live', 'coming', 'expired', 'ended'] as const
export const FILTERS = ['q', 'kind', 'origin', 'state', 'personId'] as const
const TONES: Record<State, Tone> = { live: 'ok', coming: 'busy', expired: 'idle', ended: 'idle' }
/** Reasons that the platform gives; others are somebody's own words. */
const REASONS = new Set([
  'removed',
  'lost',
  'returned',
  'used_up',
  'replaced',
  'moved_out',
  'left',
  'erased',
  'person_deleted',
  'door_removed',
  'given_up',
])

export const toneOf = (row: CommunityCredential): Tone => TONES[row.state]
export const reasonKey = (reason: string) => (REASONS.has(reason) ? `credentials.reason.${reason}` : '')
/** Keys follow their owner; what is not in use any more has ended already. */
export const mayEnd = (row: CommunityCredential) =>
  row.state !== 'ended' && row.origin !== 'home' && row.origin !== 'staff'

/** A list shows the end of a code; keys and PINs are shown to nobody but their owner. */
export const mayReveal = (row: CommunityCredential) =>
  row.kind === 'qr' && row.state !== 'ended' && (row.origin === 'code' || row.origin === 'visitor')

const at = (communityId: string | null) => ({ community_id: Number(communityId) })
const nothing = { total: 0, pageNo: 1, pageSize: 20 }

function asked(state: ListState) {
  return {
    q: state.filter('q') || undefined,
    kind: state.filter('kind') || undefined,
    origin: state.filter('origin') || undefined,
    state: (state.filter('state') as State) || undefined,
    personId: state.filter('personId') || undefined,
  }
}

export function useCredentials(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ ...nothing, data: [] as CommunityCredential[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/held-credentials', {
        params: {
          path: at(community),
          query: {
            ...asked(state),
            sort: (state.sort.value || undefined) as never,
            pageNo: state.page.value,
            pageSize: state.size.value,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, state.sort, communityId])
}

/** Where everything that fits is downloaded from. */
export function exportOf(
  kind: 'csv' | 'xlsx',
  state: ListState,
  communityId: string | null,
  language: string,
): string {
  const query = new URLSearchParams({ language })
  for (const [name, value] of Object.entries(asked(state))) if (value) query.set(name, value)
  return `/api/console/communities/${communityId}/held-credentials/export.${kind}?${query}`
}

export interface Ended {
  row: CommunityCredential
  iotIds: string[]
}

export function useCredentialChanges(communityId: () => string | null) {
  const named = (row: CommunityCredential) => ({ origin: row.origin, ref: row.ref, personId: row.personId })
  const end = useAction(async (row: CommunityCredential, reason: string): Promise<Ended> => {
    const done = await answer(
      api.POST('/api/console/communities/{community_id}/held-credentials/end', {
        params: { path: at(communityId()) },
        body: { ...named(row), reason },
      }),
    )
    return { row, iotIds: done.iotIds }
  })
  const restore = useAction(async ({ row, iotIds }: Ended) => {
    await api.POST('/api/console/communities/{community_id}/held-credentials/restore', {
      params: { path: at(communityId()) },
      body: { ...named(row), iotIds },
    })
    return true
  })
  /** The whole code; who looked is kept. */
  const reveal = useAction(
    async (row: CommunityCredential) =>
      (
        await answer(
          api.POST('/api/console/communities/{community_id}/held-credentials/reveal', {
            params: { path: at(communityId()) },
            body: named(row),
          }),
        )
      ).code,
  )
  const give = useAction((body: CredentialIn) =>
    answer(
      api.POST('/api/console/communities/{community_id}/credentials', {
        params: { path: at(communityId()) },
        body,
      }),
    ),
  )
  return { end, restore, give, reveal }
}

/** Everybody denied; few enough to be looked through here. */
export function useDenied(state: ListState, communityId: () => string | null) {
  return useResource(async () => {
    const community = communityId()
    if (!community) return { ...nothing, data: [] as Denied[] }
    const lifted = state.filter('lifted') === '1'
    const all = await answer(
      api.GET('/api/console/communities/{community_id}/denied', {
        params: { path: at(community), query: { lifted } },
      }),
    )
    const wanted = state.filter('q').trim().toLowerCase()
    const fitting = all.filter(
      (row) => !wanted || `${row.personName} ${row.reason} ${row.by}`.toLowerCase().includes(wanted),
    )
    const from = (state.page.value - 1) * state.size.value
    return { ...nothing, total: fitting.length, data: fitting.slice(from, from + state.size.value) }
  }, [state.page, state.size, state.filters, communityId])
}

export function useDenyChanges(communityId: () => string | null) {
  const deny = useAction(async (personId: string, reason: string) => {
    await api.POST('/api/console/communities/{community_id}/denied', {
      params: { path: at(communityId()) },
      body: { personId, reason },
    })
    return true
  })
  const lift = useAction(async (personId: string) => {
    await api.DELETE('/api/console/communities/{community_id}/denied/{person_id}', {
      params: { path: { ...at(communityId()), person_id: personId } },
    })
    return true
  })
  return { deny, lift }
}

export interface Someone {
  id: string
  name: string
  detail: string
}

export async function findPersons(communityId: string, q: string): Promise<Someone[]> {
  const page = await answer(
    api.GET('/api/console/communities/{community_id}/users', {
      params: { path: at(communityId), query: { q: q || undefined, pageSize: 50 } },
    }),
  )
  return page.data.map((user) => ({ id: user.identityId, name: user.name, detail: user.phone || '' }))
}
