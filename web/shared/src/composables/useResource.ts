import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import { asProblem, type ApiProblem } from '../problem'
import { begun, done } from '../quiet'

export interface Resource<T> {
  /** The last good answer; stays on the screen while a newer one loads. */
  data: ShallowRef<T | null>
  problem: ShallowRef<ApiProblem | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

/**
 * Load something and load it again when one of `sources` changes. Only the newest request may write its answer:
 * a slow early one must not overwrite a fast later one. `load` returning null means "nothing to ask yet".
 */
export function useResource<T>(load: () => Promise<T> | null, sources: WatchSource[] = []): Resource<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const loading = ref(true)
  let newest = 0

  async function reload(): Promise<void> {
    const turn = ++newest
    const request = load()
    if (request === null) {
      data.value = null
      loading.value = false
      return
    }
    loading.value = true
    begun()
    try {
      const answer = await request
      if (turn !== newest) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (turn === newest) problem.value = asProblem(error)
    } finally {
      done()
      if (turn === newest) loading.value = false
    }
  }

  if (sources.length) watch(sources, reload)
  onScopeDispose(() => (newest = -1))
  void reload()
  return { data, problem, loading, reload }
}
