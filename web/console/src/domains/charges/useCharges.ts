import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Charge = Schemas['ChargeLine']

export const STATES = ['paid', 'open', 'failed'] as const
export type ChargeState = (typeof STATES)[number]
const TONES: Record<ChargeState, Tone> = { paid: 'ok', open: 'idle', failed: 'bad' }
export const toneOf = (row: Charge): Tone => TONES[row.state]

export const useCharges = (state: ListState, communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as Charge[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/charges', {
        params: {
          path: { community_id: Number(community) },
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            state: (state.filter('state') || undefined) as ChargeState | undefined,
            chargeId: Number(state.filter('charge')) || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])

/** What drivers were asked for over the network for one stay; none: nobody may see it. */
export const useChargesOfStay = (stay: () => { id: string; communityId: number } | null) =>
  useResource(() => {
    const row = stay()
    if (!row) return Promise.resolve([] as Charge[])
    return answer(
      api.GET('/api/console/communities/{community_id}/charges/of-stay/{stay_id}', {
        params: { path: { community_id: row.communityId, stay_id: Number(row.id) } },
      }),
    )
  }, [() => stay()?.id])

/** The same of an order of a box. */
export const useChargesOfOrder = (
  communityId: () => string,
  order: () => { nodeId: string; number: string } | null,
) =>
  useResource(() => {
    const row = order()
    if (!row || !communityId()) return Promise.resolve([] as Charge[])
    return answer(
      api.GET('/api/console/communities/{community_id}/edge-parking/orders/{node_id}/{number}/charges', {
        params: {
          path: { community_id: Number(communityId()), node_id: Number(row.nodeId), number: row.number },
        },
      }),
    )
  }, [communityId, () => order()?.number])

export const useStatement = (sees: () => boolean) =>
  useResource(() => (sees() ? answer(api.GET('/api/console/payment-statement', {})) : null), [sees])

export const useRefund = (communityId: () => string | null) =>
  useAction(async (charge: Charge, fen: number, reason: string) => {
    await answer(
      api.POST('/api/console/communities/{community_id}/charges/{charge_id}/refunds', {
        params: { path: { community_id: Number(communityId()), charge_id: Number(charge.id) } },
        body: { fen, reason },
      }),
    )
    return true
  })

export type Difference = Schemas['StatementDifference']

/** Every line of both books, to take away. */
export const exportPath = (kind: 'csv' | 'xlsx', language: string): string =>
  `/api/console/payment-statement/export.${kind}?language=${language}`

export const useRemedy = () =>
  useAction(async (row: Difference) => {
    if (row.remedy === 'settle')
      await answer(
        api.POST('/api/console/payment-statement/charges/{charge_id}/settle', {
          params: { path: { charge_id: Number(row.chargeId) } },
        }),
      )
    else
      await answer(
        api.POST('/api/console/payment-statement/refunds/{refund_id}/ask-again', {
          params: { path: { refund_id: Number(row.refundId) } },
        }),
      )
    return true
  })
