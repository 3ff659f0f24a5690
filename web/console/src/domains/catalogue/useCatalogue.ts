import { useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type VendorModel = components['schemas']['VendorModel']
export type VendorPreset = components['schemas']['VendorPreset']

export const KINDS = ['people', 'vehicle', 'perimeter', 'eba', 'lift', 'indoor'] as const
export const keyOf = (model: VendorModel) => `${model.kind}|${model.brand}|${model.model}|${model.docking}`

export function useModels(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/vendor-catalogue', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
              kind: state.filter('kind') || undefined,
              brand: state.filter('brand') || undefined,
              anyCase: state.filter('anyCase') === '1' || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

export function useBrands(kind: () => string, driver: () => string = () => '') {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/vendor-catalogue/brands', {
          params: { query: { kind: kind() || undefined, driver: driver() || undefined } },
        }),
      ),
    [kind, driver],
  )
}

export function usePresets(driver: () => string = () => '') {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/vendor-catalogue/presets', {
          params: { query: { driver: driver() || undefined } },
        }),
      ),
    [driver],
  )
}
