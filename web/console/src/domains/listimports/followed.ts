import { onScopeDispose, shallowRef } from 'vue'

/** What every import tells while it is worked on. */
export interface Followed {
  id: string
  state: string
  phase: string
  progressRows: number
  expectedRows: number
}

export const XLSX = '.xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const POLL_MS = 700

/** An import that goes on after the answer: `follow` asks for it until it has ended or the page is gone. */
export function useFollowed<Import extends Followed>(ask: (id: string) => Promise<Import>) {
  const current = shallowRef<Import | null>(null)
  let gone = false
  onScopeDispose(() => (gone = true))

  async function follow(started: Import): Promise<Import> {
    current.value = started
    while (current.value.state === 'waiting' && !gone) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      current.value = await ask(current.value.id)
    }
    return current.value
  }
  return { current, follow }
}

/** A file as the typed client sends it. */
export function fileBody(file: File) {
  const form = new FormData()
  form.append('file', file)
  return { body: { file: file.name }, bodySerializer: () => form }
}
