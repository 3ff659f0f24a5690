import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Merchant = Schemas['MerchantLine']
export type Offer = Schemas['OfferLine']
export type NewOffer = Schemas['NewOffer']
export type Coupon = Schemas['CouponLine']

export const KINDS = ['fen', 'minutes', 'percent', 'whole'] as const
const at = (communityId: string, merchantId: string) => ({
  community_id: Number(communityId),
  merchant_id: Number(merchantId),
})

export const useMerchants = (state: ListState, communityId: () => string | null) =>
  useResource(async () => {
    const community = communityId()
    const all = community
      ? await answer(
          api.GET('/api/console/communities/{community_id}/parking/merchants', {
            params: { path: { community_id: Number(community) } },
          }),
        )
      : []
    const [pageNo, pageSize] = [state.page.value, state.size.value]
    const data = all.slice((pageNo - 1) * pageSize, pageNo * pageSize)
    return { total: all.length, pageNo, pageSize, data }
  }, [state.page, state.size, communityId])

export const useMerchant = (communityId: string, merchantId: string) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/parking/merchants/{merchant_id}', {
          params: { path: at(communityId, merchantId) },
        }),
      ),
    [],
  )

export const useCoupons = (communityId: string, merchantId: string) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/parking/merchants/{merchant_id}/coupons', {
          params: { path: at(communityId, merchantId), query: { pageSize: 20 } },
        }),
      ),
    [],
  )

export const useStatement = (communityId: string, merchantId: string, month: () => string) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/parking/merchants/{merchant_id}/statement', {
          params: { path: at(communityId, merchantId), query: { month: month() } },
        }),
      ),
    [month],
  )

export const useAddMerchant = (communityId: () => string | null) =>
  useAction((name: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/parking/merchants', {
        params: { path: { community_id: Number(communityId()) } },
        body: { name },
      }),
    ),
  )

export function useMerchantActions(communityId: string, merchantId: string) {
  const path = at(communityId, merchantId)
  return {
    pin: useAction(() =>
      answer(
        api.POST('/api/console/communities/{community_id}/parking/merchants/{merchant_id}/pin', {
          params: { path },
        }),
      ),
    ),
    revoke: useAction(async () => {
      await api.DELETE('/api/console/communities/{community_id}/parking/merchants/{merchant_id}', {
        params: { path },
      })
      return true
    }),
    offer: useAction((body: NewOffer) =>
      answer(
        api.POST('/api/console/communities/{community_id}/parking/merchants/{merchant_id}/offers', {
          params: { path },
          body,
        }),
      ),
    ),
    endOffer: useAction(async (offerId: string) => {
      await api.DELETE(
        '/api/console/communities/{community_id}/parking/merchants/{merchant_id}/offers/{offer_id}',
        {
          params: { path: { ...path, offer_id: Number(offerId) } },
        },
      )
      return true
    }),
  }
}
