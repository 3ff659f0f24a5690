import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import type { Fee } from '@/domains/tariffs/useTariffs'

type Schemas = components['schemas']
export type EdgeLot = Schemas['EdgeLotLine']
export type EdgeOrder = Schemas['EdgeOrderLine']
export type EdgeCar = Schemas['EdgeCarLine']
export type EdgeNeed = Schemas['EdgeNeed']
export type Settling = Schemas['EdgeOrderSettling']['status']

export const STATUSES = ['unpaid', 'paid', 'paid_here', 'free', 'cancelled'] as const
const TONES: Record<string, Tone> = { unpaid: 'bad', cancelled: 'idle', free: 'warn' }
export const toneOf = (row: EdgeOrder): Tone => TONES[row.status] ?? 'ok'
const here = (communityId: string) => ({ community_id: Number(communityId) })
const nothing = <T>() => ({ total: 0, pageNo: 1, pageSize: 20, data: [] as T[] })
const oneOf = <T extends string>(values: readonly T[], text: string): T | undefined =>
  values.find((value) => value === text)

type Line = Fee['lines'][number]

/** A fee as it is drawn everywhere. */
export const feeOf = (row: EdgeOrder): Fee => ({
  fen: row.lines.reduce((sum, line) => sum + line.fen, 0),
  lines: row.lines.map((line) => ({
    ...line,
    kind: line.kind as Fee['lines'][number]['kind'],
    coupon: line.coupon
      ? { kind: line.coupon as NonNullable<Line['coupon']>['kind'], value: line.value }
      : null,
  })),
})

export const useEdgeLots = (communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/edge-parking', {
            params: { path: here(community) },
          }),
        )
      : null
  }, [communityId])

/** Cars before closed barriers of boxes, the most urgent first. */
export const useEdgeNeeds = (communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/communities/{community_id}/edge-parking/attention', {
            params: { path: here(community) },
          }),
        )
      : null
  }, [communityId])

/** The filters of orders, as the list and its file take them. */
export function orderQuery(state: ListState) {
  return {
    q: state.filter('q') || undefined,
    lotId: state.filter('lot') || undefined,
    status: oneOf(STATUSES, state.filter('status')),
    sinceMs: Number(state.filter('from')) || undefined,
    untilMs: Number(state.filter('to')) || undefined,
  }
}

export const useEdgeOrders = (state: ListState, communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve(nothing<EdgeOrder>())
    return answer(
      api.GET('/api/console/communities/{community_id}/edge-parking/orders', {
        params: {
          path: here(community),
          query: { pageNo: state.page.value, pageSize: state.size.value, ...orderQuery(state) },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])

/** One order, named by an address; none: nothing is asked. */
export const useEdgeOrder = (communityId: () => string | null, box: () => string, number: () => string) =>
  useResource(() => {
    const community = communityId()
    if (!community || !box() || !number()) return null
    return answer(
      api.GET('/api/console/communities/{community_id}/edge-parking/orders/{node_id}/{number}', {
        params: { path: { ...here(community), node_id: Number(box()), number: number() } },
      }),
    )
  }, [communityId, box, number])

const DAY_MS = 86_400_000
const bare = (plate: string): string => plate.replace(/[\s·]/g, '')

/** Orders of the same plate at boxes while a stay lasted. */
export const useOrdersOfStay = (
  stay: () => { id: string; communityId: number; plate: string; inMs: number; outMs: number | null },
) =>
  useResource(async () => {
    const { communityId, plate, inMs, outMs } = stay()
    const page = await answer(
      api.GET('/api/console/communities/{community_id}/edge-parking/orders', {
        params: {
          path: { community_id: communityId },
          query: { q: plate, sinceMs: inMs - 7 * DAY_MS, untilMs: outMs ?? undefined },
        },
      }),
    )
    return page.data.filter(
      (row) => bare(row.plate) === bare(plate) && (row.outMs === null || row.outMs >= inMs),
    )
  }, [() => stay().id])

export const useEdgeCars = (state: ListState, communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve(nothing<EdgeCar>())
    const opened = oneOf(['yes', 'no'] as const, state.filter('opened'))
    return answer(
      api.GET('/api/console/communities/{community_id}/edge-parking/cars', {
        params: {
          path: here(community),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            opened: opened && opened === 'yes',
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])

export function useEdgeActions(communityId: () => string) {
  const settle = useAction(async (row: EdgeOrder, status: Settling, reason: string) => {
    await api.POST('/api/console/communities/{community_id}/edge-parking/orders/{node_id}/{number}/settle', {
      params: { path: { ...here(communityId()), node_id: Number(row.nodeId), number: row.number } },
      body: { status, reason },
    })
    return true
  })
  const endFire = useAction(async () => {
    await api.POST('/api/console/communities/{community_id}/edge-parking/end-fire', {
      params: { path: here(communityId()) },
    })
    return true
  })
  return { settle, endFire }
}
