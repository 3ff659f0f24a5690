import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type ApiProblem } from '../problem'

export interface Action<A extends unknown[], T> {
  run: (...args: A) => Promise<T | undefined>
  busy: Ref<boolean>
  problem: ShallowRef<ApiProblem | null>
}

/** A write the user starts: busy while it runs, and its refusal kept to be shown beside the button. */
export function useAction<A extends unknown[], T>(act: (...args: A) => Promise<T>): Action<A, T> {
  const busy = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)

  async function run(...args: A): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    problem.value = null
    try {
      return await act(...args)
    } catch (error) {
      problem.value = asProblem(error)
      return undefined
    } finally {
      busy.value = false
    }
  }

  return { run, busy, problem }
}
