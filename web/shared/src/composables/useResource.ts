import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import { recalls } from '../contact'
import { asProblem, type ApiProblem } from '../problem'
import { begun, done } from '../quiet'

const AGAIN_MS = 5000

export interface Resource<T> {
  /** The last good answer; stays on the screen while a newer one loads. */
  data: ShallowRef<T | null>
  problem: ShallowRef<ApiProblem | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
  /** The same without a sign on the page, for what changes by itself every few seconds. */
  refresh: () => Promise<void>
}

/**
 * Load something and load it again when one of `sources` changes. Only the newest request may write its answer:
 * a slow early one must not overwrite a fast later one. `load` returning null means "nothing to ask yet".
 *
 * While no answer comes from the platform it is asked again now and then, without a sign on the page, and at once when
 * the browser has a network again.
 */
export function useResource<T>(load: () => Promise<T> | null, sources: WatchSource[] = []): Resource<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const loading = ref(true)
  let newest = 0
  let again: ReturnType<typeof setTimeout> | undefined

  async function ask(quietly: boolean): Promise<void> {
    const turn = ++newest
    const before = recalls()
    const request = load()
    clearTimeout(again)
    again = undefined
    if (request === null) {
      data.value = null
      loading.value = false
      return
    }
    if (!quietly) loading.value = true
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
      if (turn === newest) {
        loading.value = false
        if (problem.value?.unreachable || recalls() > before) askLater()
      }
    }
  }

  /** Not all pages of all people in the same moment. */
  function askLater(): void {
    again = setTimeout(() => (document.hidden ? askLater() : void ask(true)), AGAIN_MS * (1 + Math.random()))
  }

  function connected(): void {
    if (again !== undefined) void ask(true)
  }

  const reload = () => ask(false)
  if (sources.length) watch(sources, reload)
  window.addEventListener('online', connected)
  onScopeDispose(() => {
    newest = -1
    clearTimeout(again)
    window.removeEventListener('online', connected)
  })
  void reload()
  return { data, problem, loading, reload, refresh: () => ask(true) }
}
