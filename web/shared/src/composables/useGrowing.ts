import { computed, shallowRef, watch, type ComputedRef, type WatchSource } from 'vue'
import { useAction, type Action } from './useAction'
import { useResource, type Resource } from './useResource'

export interface Growing<T> {
  first: Resource<{ total: number; data: T[] }>
  rows: ComputedRef<T[]>
  /** Whether the server has rows that are not shown. */
  left: ComputedRef<boolean>
  more: Action<[], void>
}

/**
 * A list that grows page by page. When one of `sources` changes it begins anew; an answer to what was asked before,
 * of the first page or of a further one, changes nothing.
 */
export function useGrowing<T>(
  ask: (page: number) => Promise<{ total: number; data: T[] }>,
  sources: WatchSource[] = [],
): Growing<T> {
  const first = useResource(() => ask(1), sources)
  const further = shallowRef<T[][]>([])
  watch(first.data, () => (further.value = []), { flush: 'sync' })
  const more = useAction(async () => {
    const begun = first.data.value
    const { data } = await ask(further.value.length + 2)
    if (first.data.value === begun) further.value = [...further.value, data]
  })
  const rows = computed(() => [first.data.value?.data ?? [], ...further.value].flat())
  const left = computed(() => rows.value.length < (first.data.value?.total ?? 0))
  return { first, rows, left, more }
}
