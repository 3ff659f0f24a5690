import { onScopeDispose, ref, shallowRef } from 'vue'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ExportProgress = components['schemas']['ExportProgress']

const POLL_MS = 700
const ENDED = ['done', 'broken', 'interrupted']
/** Until a fetch that the browser was asked for must have begun. */
const BEGUN_MS = 8000

/** The file of everything is saved by the browser itself; how far it is, the platform tells. */
export function useExport() {
  const progress = shallowRef<ExportProgress | null>(null)
  const running = ref(false)
  let gone = false
  onScopeDispose(() => (gone = true))
  const ask = () => answer(api.GET('/api/console/organisation/export/progress'))

  async function follow(before: number): Promise<void> {
    const asked = Date.now()
    while (!gone) {
      const job = await ask()
      const begun = job.beganMs !== before
      if (begun) progress.value = job
      if (begun ? ENDED.includes(job.state) : Date.now() - asked > BEGUN_MS) return
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** Have the browser save the file, and follow it. */
  async function start(): Promise<void> {
    progress.value = null
    running.value = true
    try {
      const before = (await ask()).beganMs
      const link = document.createElement('a')
      link.href = '/api/console/organisation/export'
      link.download = ''
      link.click()
      await follow(before)
    } finally {
      running.value = false
    }
  }

  /** Follow one that goes on already: another page began it. */
  async function resume(): Promise<void> {
    const job = await ask()
    if (job.state === 'none' || ENDED.includes(job.state)) return
    running.value = true
    try {
      await follow(-1)
    } finally {
      running.value = false
    }
  }
  return { progress, running, start, resume }
}
