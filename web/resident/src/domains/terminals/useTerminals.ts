import { computed, reactive, ref } from 'vue'
import { useAction, useResource } from '@linli/shared/phone'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type MyTerminal = components['schemas']['MyTerminal']
type MyHouse = components['schemas']['MyHouse']

/** A house and the terminals that are bound to it. */
export interface Home {
  house: MyHouse
  terminals: MyTerminal[]
}

/** The terminals of every house in which the resident lives; `form` is the one that is bound or renamed. */
export function useTerminals() {
  const homes = useResource(async (): Promise<Home[]> => {
    const houses = (await answer(api.GET('/api/resident/houses'))).filter(
      (row) => row.status === 1 && !row.suspended,
    )
    return Promise.all(
      houses.map(async (house) => ({
        house,
        terminals: await answer(
          api.GET('/api/resident/houses/{house_id}/terminals', {
            params: { path: { house_id: Number(house.houseId) } },
          }),
        ),
      })),
    )
  })
  const form = reactive({ houseId: '', code: '', nickname: '' })
  const editing = ref<{ houseId: string; row: MyTerminal } | null>(null)
  const path = (houseId: string, bindId: string) => ({ house_id: Number(houseId), bind_id: bindId })
  const bind = useAction(async () => {
    await api.POST('/api/resident/houses/{house_id}/terminals', {
      params: { path: { house_id: Number(form.houseId) } },
      body: { code: form.code, nickname: form.nickname },
    })
    await homes.reload()
    return true
  })
  const rename = useAction(async () => {
    if (!editing.value) return false
    await api.PUT('/api/resident/houses/{house_id}/terminals/{bind_id}', {
      params: { path: path(editing.value.houseId, editing.value.row.bindId) },
      body: { nickname: form.nickname },
    })
    await homes.reload()
    return true
  })
  const unbind = useAction(async (houseId: string, row: MyTerminal) => {
    await api.DELETE('/api/resident/houses/{house_id}/terminals/{bind_id}', {
      params: { path: path(houseId, row.bindId) },
    })
    await homes.reload()
    return true
  })
  const any = computed(() => homes.data.value?.some((home) => home.terminals.length) ?? false)
  return { homes, any, form, editing, bind, rename, unbind }
}
