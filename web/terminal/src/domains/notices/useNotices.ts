import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { currentLanguage } from '@linli/phone'
import { answer, api, type Schemas } from '@/api/client'

export type TerminalNotice = Schemas['TerminalNotice']

export const canRead = () => typeof speechSynthesis !== 'undefined'

/** Today's notices: a new one is told, and they are read aloud where the browser speaks. */
export function useNotices() {
  const notices = shallowRef<TerminalNotice[]>([])
  const playing = ref('')
  const answered = ref(new Set<string>())
  let before: Set<string> | null = null
  let queue: TerminalNotice[] = []

  async function load(): Promise<void> {
    try {
      notices.value = await answer(api.GET('/api/terminal/notices'))
    } catch {
      return // the next word of the line brings the next look
    }
    // What was there when the page opened is listed; what comes later is told.
    before ??= new Set(notices.value.map((row) => row.id))
  }

  const unread = computed(() => notices.value.filter((row) => !row.read))
  /** The newest that came while the page was open, which nobody answered yet. */
  const fresh = computed(
    () =>
      notices.value.find((row) => !row.read && !before?.has(row.id) && !answered.value.has(row.id)) ?? null,
  )

  function put(id: string): void {
    answered.value = new Set([...answered.value, id])
  }

  async function markRead(row: TerminalNotice): Promise<void> {
    put(row.id)
    if (row.read) return
    notices.value = notices.value.map((each) => (each.id === row.id ? { ...each, read: true } : each))
    await api
      .PUT('/api/terminal/notices/{notice_id}/read', { params: { path: { notice_id: Number(row.id) } } })
      .catch(() => undefined)
  }

  function next(): void {
    const row = queue.shift()
    playing.value = row?.id ?? ''
    if (!row) return
    void markRead(row)
    if (!canRead()) return
    const words = new SpeechSynthesisUtterance([row.title, ...row.texts].join('. '))
    words.lang = currentLanguage() === 'en' ? 'en-US' : 'zh-CN'
    words.onend = next
    words.onerror = () => (playing.value = '')
    speechSynthesis.speak(words)
  }

  /** Read these aloud, one after the other; where the browser does not speak they are only shown. */
  function play(rows: readonly TerminalNotice[]): void {
    stop()
    queue = [...rows]
    next()
  }

  function stop(): void {
    queue = []
    playing.value = ''
    if (canRead()) speechSynthesis.cancel()
  }

  onScopeDispose(stop)
  return { notices, unread, fresh, playing, load, play, stop, markRead, dismiss: put }
}
