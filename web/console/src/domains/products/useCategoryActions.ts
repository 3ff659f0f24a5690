import { useAction } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import type { TslDocument } from './model/tsl'

const at = (number: number) => ({ path: { category_id: number } })

export function useCategoryActions() {
  return {
    add: useAction((body: components['schemas']['NewCategory']) =>
      answer(api.POST('/api/console/categories', { body })),
    ),
    rename: useAction(async (number: number, name: string) => {
      await api.PUT('/api/console/categories/{category_id}', { params: at(number), body: { name } })
      return true
    }),
    remove: useAction(async (number: number) => {
      await api.DELETE('/api/console/categories/{category_id}', { params: at(number) })
      return true
    }),
    setModel: useAction((number: number, document: TslDocument) =>
      answer(
        api.PUT('/api/console/categories/{category_id}/model', {
          params: at(number),
          body: { document: document as unknown as Record<string, unknown> },
        }),
      ),
    ),
  }
}
