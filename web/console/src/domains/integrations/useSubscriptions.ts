import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type SubscriptionRow = components['schemas']['SubscriptionRow']
export type PushRow = components['schemas']['PushRow']

const path = (id: string) => ({ path: { subscription_id: Number(id) } })

export function useSubscriptions() {
  const list = useResource(() => answer(api.GET('/api/console/subscriptions')))
  const create = useAction(async (body: components['schemas']['NewSubscription']) => {
    const made = await answer(api.POST('/api/console/subscriptions', { body }))
    await list.reload()
    return made
  })
  const change = useAction(async (id: string, body: components['schemas']['SubscriptionChange']) => {
    await api.PUT('/api/console/subscriptions/{subscription_id}', { params: path(id), body })
    await list.reload()
    return true
  })
  const remove = useAction(async (id: string) => {
    await api.DELETE('/api/console/subscriptions/{subscription_id}', { params: path(id) })
    await list.reload()
    return true
  })
  const test = useAction(async (id: string) => {
    await api.POST('/api/console/subscriptions/{subscription_id}/test', { params: path(id) })
    return true
  })
  const replay = useAction(async (id: string, sinceMs: number) => {
    await api.POST('/api/console/subscriptions/{subscription_id}/replay', {
      params: path(id),
      body: { sinceMs },
    })
    await list.reload()
    return true
  })
  return { list, create, change, remove, test, replay }
}

export function usePushes(id: () => string, state: ListState) {
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/subscriptions/{subscription_id}/deliveries', {
          params: { ...path(id()), query: { pageNo: state.page.value, pageSize: state.size.value } },
        }),
      ),
    [id, state.page, state.size],
  )
  const replay = useAction(async (changeId: string) => {
    await api.POST('/api/console/subscriptions/{subscription_id}/deliveries/{change_id}/replay', {
      params: { path: { subscription_id: Number(id()), change_id: Number(changeId) } },
    })
    await list.reload()
  })
  return { list, replay }
}
