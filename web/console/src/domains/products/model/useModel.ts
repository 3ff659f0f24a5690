import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { pathOf } from '../useProducts'
import { readDocument, type TslDocument } from './tsl'
import { useHistory } from './useHistory'
import type { Fault } from './faults'

export type Changed = components['schemas']['Changed']

const CHECK_AFTER_MS = 350

/** One product's thing model on the bench: what is in force, the draft, its faults and changes, and what can be done. */
export function useModel(productKey: () => string) {
  const state = useResource(
    () => answer(api.GET('/api/console/products/{product_key}/model', { params: pathOf(productKey()) })),
    [productKey],
  )
  const history = useHistory<TslDocument>(readDocument(null))
  const saved = shallowRef(history.value.value)
  const revision = ref(0)
  const faults = shallowRef<readonly Fault[]>([])
  const changes = shallowRef<readonly Changed[]>([])
  const dirty = computed(() => history.value.value !== saved.value)

  function take(loaded: components['schemas']['ModelState']): void {
    const document = readDocument(loaded.document)
    history.reset(document)
    saved.value = document
    revision.value = loaded.revision
    faults.value = loaded.faults
    changes.value = loaded.changes
  }
  watch(state.data, (loaded) => loaded && take(loaded))

  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  watch(history.value, (document) => {
    clearTimeout(timer)
    if (document === saved.value) return
    timer = setTimeout(() => void look(document), CHECK_AFTER_MS)
  })
  onScopeDispose(() => clearTimeout(timer))

  /** Faults and changes of what is on the screen; a slow early answer must not overwrite a later one. */
  async function look(document: TslDocument): Promise<void> {
    const mine = ++turn
    const result = await answer(
      api.POST('/api/console/products/{product_key}/model/check', {
        params: pathOf(productKey()),
        body: { document: document as unknown as Record<string, unknown> },
      }),
    ).catch(() => null)
    if (!result || mine !== turn) return
    faults.value = result.faults
    changes.value = result.changes
  }

  const save = useAction(async () => {
    const document = history.value.value
    const kept = await answer(
      api.PUT('/api/console/products/{product_key}/model/draft', {
        params: pathOf(productKey()),
        body: { document: document as unknown as Record<string, unknown>, revision: revision.value },
      }),
    )
    turn += 1
    saved.value = document
    revision.value = kept.revision
    faults.value = kept.faults
    changes.value = kept.changes
    return true
  })

  const discard = useAction(async () => {
    await api.DELETE('/api/console/products/{product_key}/model/draft', { params: pathOf(productKey()) })
    await state.reload()
    return true
  })

  const publish = useAction(async (notes: string) => {
    const created = await answer(
      api.POST('/api/console/products/{product_key}/model/publish', {
        params: pathOf(productKey()),
        body: { revision: revision.value, notes },
      }),
    )
    await state.reload()
    return created
  })

  return { state, history, revision, faults, changes, dirty, save, discard, publish }
}
