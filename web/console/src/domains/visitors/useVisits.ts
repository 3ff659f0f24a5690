import { reactive } from 'vue'
import { dayIn, ofWallClock, useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type VisitRow = components['schemas']['VisitRow']
export type VisitFull = components['schemas']['VisitFull']
export type VisitPass = components['schemas']['VisitPass']
/** A visit with what opens the doors for it. */
export interface ShownPass {
  visit: VisitFull
  pass: VisitPass
}
export type NewVisits = components['schemas']['NewVisits']

export const STATES = ['asked', 'expected', 'arrived', 'left', 'void', 'refused'] as const
export const SOURCES = ['STAFF', 'RESIDENT', 'QRCODE', 'API'] as const
export const MEMBER_TYPES = [2, 4, 5, 6, 7, 8, 9] as const

/** Who is not here when the window ends has missed it. */
export function shownState(row: VisitRow, nowMs: number): string {
  return row.endsMs <= nowMs && ['asked', 'expected'].includes(row.state) ? 'over' : row.state
}

export const visitTone = (state: string): Tone =>
  (
    ({ asked: 'warn', expected: 'busy', arrived: 'ok', left: 'idle', void: 'bad', refused: 'bad' }) as Record<
      string,
      Tone
    >
  )[state] ?? 'idle'

/** A picture drawn by the server, as an address for an `<img>`: nothing in it can run. */
export const asPicture = (svg: string) => `data:image/svg+xml,${encodeURIComponent(svg)}`

const here = (communityId: string) => ({ community_id: Number(communityId) })

/** What the list shows, for the list itself and for its export. */
export function visitQuery(state: ListState, zone?: string) {
  const history = state.filter('view') === 'history'
  const [from, until] = state
    .filter('range')
    .split('~')
    .map((day) => ofWallClock(`${day}T00:00`, zone))
  return {
    q: state.filter('q') || undefined,
    state: state.filter('state') || undefined,
    source: state.filter('source') || undefined,
    houseId: state.filter('house') ? Number(state.filter('house')) : undefined,
    today: history ? undefined : true,
    sinceMs: history ? from || undefined : undefined,
    untilMs: history && until ? dayIn(until, zone)[1] : undefined,
  }
}

export function useVisits(
  state: ListState,
  communityId: () => string | null,
  zone: () => string | undefined,
) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as VisitRow[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/visits', {
        params: {
          path: here(community),
          query: {
            ...visitQuery(state, zone()),
            pageNo: state.page.value,
            pageSize: state.size.value,
            sort: state.sort.value || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.sort, state.filters, communityId])
}

export function useFigures(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/visits/figures', {
            params: { path: here(community) },
          }),
        )
      : null
  }, [communityId])
}

export function useVisit(communityId: () => string, id: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/visits/{apply_id}', {
          params: { path: { ...here(communityId()), apply_id: Number(id()) } },
        }),
      ),
    [communityId, id],
  )
}

/** The visits that were announced together, with their passes; that they were shown is kept for each. */
export function useAnnounced(communityId: () => string, ids: () => string[]) {
  const shownPass = async (id: string): Promise<ShownPass> => {
    const params = { path: { ...here(communityId()), apply_id: Number(id) } }
    const pass = await answer(
      api.POST('/api/console/communities/{community_id}/visits/{apply_id}/pass', { params }),
    )
    const visit = await answer(
      api.GET('/api/console/communities/{community_id}/visits/{apply_id}', { params }),
    )
    return { visit, pass }
  }
  return useResource(async () => {
    const passes: ShownPass[] = []
    for (const id of ids()) passes.push(await shownPass(id))
    return passes
  }, [communityId, ids])
}

export function useVisitChanges(communityId: () => string) {
  const at = (id: string) => ({ path: { ...here(communityId()), apply_id: Number(id) } })
  const add = useAction((body: NewVisits) =>
    answer(
      api.POST('/api/console/communities/{community_id}/visits', {
        params: { path: here(communityId()) },
        body,
      }),
    ),
  )
  /** What opens the doors to the visitor; who looked is kept. */
  const show = useAction((id: string) =>
    answer(api.POST('/api/console/communities/{community_id}/visits/{apply_id}/pass', { params: at(id) })),
  )
  const sentTo = reactive<Record<string, string>>({})
  /** The link of the pass to the visitor's phone, once more. */
  const send = useAction(async (id: string) => {
    const sent = await answer(
      api.POST('/api/console/communities/{community_id}/visits/{apply_id}/pass/message', { params: at(id) }),
    )
    sentTo[id] = sent.phone
    return sent
  })
  /** One step of a visit; steps that hurt carry a reason. */
  const step = useAction(
    async (id: string, what: 'check-in' | 'check-out' | 'admit' | 'void' | 'refuse', reason?: string) => {
      const params = at(id)
      if (what === 'check-in')
        await api.POST('/api/console/communities/{community_id}/visits/{apply_id}/check-in', { params })
      else if (what === 'check-out')
        await api.POST('/api/console/communities/{community_id}/visits/{apply_id}/check-out', { params })
      else if (what === 'admit')
        await api.POST('/api/console/communities/{community_id}/visits/{apply_id}/admit', { params })
      else if (what === 'void')
        await api.POST('/api/console/communities/{community_id}/visits/{apply_id}/void', {
          params,
          body: { reason: reason ?? '' },
        })
      else
        await api.POST('/api/console/communities/{community_id}/visits/{apply_id}/refuse', {
          params,
          body: { reason: reason ?? '' },
        })
      return true
    },
  )
  return { add, step, show, send: Object.assign(send, { sentTo }) }
}

export function usePoster(communityId: () => string) {
  const params = () => ({ params: { path: here(communityId()) } })
  const poster = useResource(
    () => answer(api.GET('/api/console/communities/{community_id}/visitor-poster', params())),
    [communityId],
  )
  const renew = useAction(async () => {
    poster.data.value = await answer(
      api.POST('/api/console/communities/{community_id}/visitor-poster/renew', params()),
    )
    return true
  })
  const open = useAction(async (isOpen: boolean) => {
    poster.data.value = await answer(
      api.PUT('/api/console/communities/{community_id}/visitor-poster', { ...params(), body: { isOpen } }),
    )
    return true
  })
  return { poster, renew, open }
}
