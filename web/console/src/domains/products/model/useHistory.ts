import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'

export interface History<T> {
  value: Readonly<ShallowRef<T>>
  /** Take a new state over. Changes of one `key` within a second count as one step back. */
  change: (next: T, key?: string) => void
  undo: () => void
  redo: () => void
  canUndo: ComputedRef<boolean>
  canRedo: ComputedRef<boolean>
  /** Start anew from a state that came from the server. */
  reset: (next: T) => void
}

const MOST = 200
const ONE_STEP_MS = 1000

/** States that follow one another, and the way back. States are never changed in place. */
export function useHistory<T>(first: T, now: () => number = Date.now): History<T> {
  const value = shallowRef(first)
  const before = shallowRef<readonly T[]>([])
  const after = shallowRef<readonly T[]>([])
  let lastKey = ''
  let lastAt = -Infinity

  return {
    value,
    change(next, key = '') {
      const goesOn = key !== '' && key === lastKey && now() - lastAt < ONE_STEP_MS && before.value.length > 0
      if (!goesOn) before.value = [...before.value.slice(1 - MOST), value.value]
      after.value = []
      value.value = next
      lastKey = key
      lastAt = now()
    },
    undo() {
      const last = before.value.at(-1)
      if (last === undefined) return
      after.value = [...after.value, value.value]
      before.value = before.value.slice(0, -1)
      value.value = last
      lastKey = ''
    },
    redo() {
      const next = after.value.at(-1)
      if (next === undefined) return
      before.value = [...before.value, value.value]
      after.value = after.value.slice(0, -1)
      value.value = next
      lastKey = ''
    },
    canUndo: computed(() => before.value.length > 0),
    canRedo: computed(() => after.value.length > 0),
    reset(next) {
      value.value = next
      before.value = []
      after.value = []
      lastKey = ''
    },
  }
}
