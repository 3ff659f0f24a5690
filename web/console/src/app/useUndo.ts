import { readonly, shallowRef } from 'vue'

/** What was done, in words, and how it is taken back. */
export interface DoneAct {
  text: string
  undo: () => Promise<unknown>
}

const last = shallowRef<DoneAct | null>(null)

/** The last act that can be taken back: its offer outlives the dialog and the panel of the act. */
export function useUndo() {
  return {
    last: readonly(last),
    offer: (act: DoneAct) => void (last.value = act),
    forget: () => void (last.value = null),
  }
}
