import { onScopeDispose } from 'vue'
import type { Ref } from 'vue'
import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type SubscriptionRow = Schemas['SubscriptionRow']
export type NewSubscription = Schemas['NewSubscription']
export type SubscriptionChange = Schemas['SubscriptionChange']
/** What a subscription takes; an empty list does not narrow. */
export type Filters = Required<
  Pick<NewSubscription, 'kinds' | 'models' | 'products' | 'devices' | 'communities'>
>
export type PushRow = Schemas['PushRow']
export type DeadRow = Schemas['DeadRow']

/** Filters as they are sent: without what was typed around iotIds. */
export const given = (filters: Filters): Filters => ({
  ...filters,
  devices: filters.devices.map((device) => device.trim()).filter(Boolean),
})

const FRESH_MS = 5_000
const path = (id: string) => ({ path: { subscription_id: Number(id) } })

/** Ask again every few seconds while the page is looked at. */
export function useEvery(reload: () => Promise<void>): void {
  const timer = setInterval(() => document.visibilityState === 'visible' && void reload(), FRESH_MS)
  onScopeDispose(() => clearInterval(timer))
}

export const useChoices = () => useResource(() => answer(api.GET('/api/console/subscriptions/choices')))

export function useSubscriptions() {
  const list = useResource(() => answer(api.GET('/api/console/subscriptions')))
  useEvery(list.reload)
  return { list, ...useChanges(list.reload) }
}

export function useSubscription(id: () => string) {
  const row = useResource(
    () => answer(api.GET('/api/console/subscriptions/{subscription_id}', { params: path(id()) })),
    [id],
  )
  useEvery(row.reload)
  return { row, ...useChanges(row.reload) }
}

function useChanges(reload: () => Promise<void>) {
  const then = async () => {
    await reload()
    return true
  }
  const create = useAction((body: NewSubscription) =>
    answer(api.POST('/api/console/subscriptions', { body })),
  )
  const change = useAction(async (id: string, body: SubscriptionChange) => {
    await api.PUT('/api/console/subscriptions/{subscription_id}', { params: path(id), body })
    return then()
  })
  const remove = useAction(async (id: string) => {
    await api.DELETE('/api/console/subscriptions/{subscription_id}', { params: path(id) })
    return true
  })
  const test = useAction(async (id: string) => {
    await api.POST('/api/console/subscriptions/{subscription_id}/test', { params: path(id) })
    return then()
  })
  const newSecret = useAction((id: string) =>
    answer(api.POST('/api/console/subscriptions/{subscription_id}/secret', { params: path(id) })),
  )
  const replay = useAction(async (id: string, sinceMs: number) => {
    await api.POST('/api/console/subscriptions/{subscription_id}/replay', {
      params: path(id),
      body: { sinceMs },
    })
    return then()
  })
  const endReplay = useAction(async (id: string) => {
    await api.DELETE('/api/console/subscriptions/{subscription_id}/replay', { params: path(id) })
    return then()
  })
  const retryAll = useAction(async (id: string) => {
    const retried = await answer(
      api.POST('/api/console/subscriptions/{subscription_id}/retry', { params: path(id) }),
    )
    await reload()
    return retried
  })
  return { create, change, remove, test, newSecret, replay, endReplay, retryAll }
}

export function useRates(id: () => string, hours: () => number) {
  const rates = useResource(
    () =>
      answer(
        api.GET('/api/console/subscriptions/{subscription_id}/rates', {
          params: { ...path(id()), query: { hours: hours() } },
        }),
      ),
    [id, hours],
  )
  useEvery(rates.reload)
  return rates
}

const PAGE = 20
export const pagesOf = (total: number | undefined) => Math.ceil((total ?? 0) / PAGE)

export function useDead(id: () => string, page: Ref<number>) {
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/subscriptions/{subscription_id}/dead', {
          params: {
            ...path(id()),
            query: { which: 'failed', pageNo: page.value, pageSize: PAGE },
          },
        }),
      ),
    [id, page],
  )
  return { list, again: usePushAgain(id, list.reload) }
}

export function usePushes(id: () => string, page: Ref<number>) {
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/subscriptions/{subscription_id}/deliveries', {
          params: { ...path(id()), query: { pageNo: page.value, pageSize: PAGE } },
        }),
      ),
    [id, page],
  )
  return { list, replay: usePushAgain(id, list.reload) }
}

function usePushAgain(id: () => string, reload: () => Promise<void>) {
  return useAction(async (changeId: string) => {
    await api.POST('/api/console/subscriptions/{subscription_id}/deliveries/{change_id}/replay', {
      params: { path: { subscription_id: Number(id()), change_id: Number(changeId) } },
    })
    await reload()
    return true
  })
}

export const usePreview = () =>
  useAction((body: Schemas['PreviewAsked']) =>
    answer(api.POST('/api/console/subscriptions/preview', { body })),
  )
