import { effectScope } from 'vue'
import { useAction, useResource, type ListState, type Resource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ProductLine = components['schemas']['ProductLine']
export type ProductDetail = components['schemas']['ProductDetail']
export type Category = components['schemas']['CategoryLine']
export type Unit = components['schemas']['UnitChoice']

export const pathOf = (productKey: string) => ({ path: { product_key: productKey } })

export function useProductList(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/products/list', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
              category: state.filter('category') || undefined,
              gateway: state.filter('kind') ? state.filter('kind') === 'gateway' : undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

export function useProduct(productKey: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/products/{product_key}', { params: pathOf(productKey()) })),
    [productKey],
  )
}

export function useTopics(productKey: () => string) {
  return useResource(
    () => answer(api.GET('/api/console/products/{product_key}/topics', { params: pathOf(productKey()) })),
    [productKey],
  )
}

export function useActs(productKey: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/products/{product_key}/acts', {
          params: { ...pathOf(productKey()), query: { pageNo: 1, pageSize: 20 } },
        }),
      ),
    [productKey],
  )
}

export function useCategories() {
  return useResource(() => answer(api.GET('/api/console/categories')))
}

export function useProductActions() {
  return {
    create: useAction((body: components['schemas']['NewProduct']) =>
      answer(api.POST('/api/console/products', { body })),
    ),
    change: useAction(async (productKey: string, body: components['schemas']['ProductChange']) => {
      await api.PUT('/api/console/products/{product_key}', { params: pathOf(productKey), body })
      return true
    }),
    copy: useAction((productKey: string, name: string) =>
      answer(
        api.POST('/api/console/products/{product_key}/copy', { params: pathOf(productKey), body: { name } }),
      ),
    ),
    remove: useAction(async (productKey: string) => {
      await api.DELETE('/api/console/products/{product_key}', { params: pathOf(productKey) })
      return true
    }),
    secret: useAction((productKey: string) =>
      answer(api.POST('/api/console/products/{product_key}/secret', { params: pathOf(productKey) })),
    ),
  }
}

let units: Resource<Unit[]> | undefined

/** The same for everybody and for every field: asked for once. */
export function useUnits(): Resource<Unit[]> {
  units ??= effectScope(true).run(() => useResource(() => answer(api.GET('/api/console/units'))))!
  return units
}
