import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'
import { openLine } from './liveLine'

export type LiveState = 'connecting' | 'live' | 'paused' | 'lost'

export interface Live {
  state: ComputedRef<LiveState>
  paused: Ref<boolean>
  /** Events that arrived while paused; they are handed over when the pause ends. */
  waiting: Ref<number>
}

export interface LiveEvent<T> {
  topic: string
  data: T
}

const MOST_HELD = 500
const BREAK_MS = 2_000
const FIRST_RETRY_MS = 5_000
const LAST_RETRY_MS = 60_000
/** Within this a stream opens beside the page's first answer: nothing happened between the two. */
const AT_ONCE_MS = 300

/**
 * Follow a stream of events. It is opened again after a break of the line, and less and less often where the platform
 * refuses it. What happened while it was not open is told as `missed`, so that the page reads again. While paused, events are held (newest 500). `url` null closes the stream.
 */
export function useLive<T>(
  url: () => string | null,
  topics: readonly string[],
  on: (event: LiveEvent<T>) => void,
): Live {
  const paused = ref(false)
  const waiting = ref(0)
  const connection = ref<'connecting' | 'live' | 'lost'>('connecting')
  let backlog: LiveEvent<T>[] = []
  let retry: ReturnType<typeof setTimeout> | undefined
  let wait = FIRST_RETRY_MS
  let close = () => {}
  let asked = performance.now()
  let followed = false

  function stop() {
    clearTimeout(retry)
    close()
    close = () => {}
  }

  function heard(event: LiveEvent<T>) {
    if (!paused.value) return on(event)
    backlog.push(event)
    if (backlog.length > MOST_HELD) backlog = backlog.slice(-MOST_HELD)
    waiting.value = backlog.length
  }

  function open(address: string | null) {
    stop()
    if (!address || typeof WebSocket === 'undefined') return
    connection.value = 'connecting'
    close = openLine(address, topics, {
      opened() {
        connection.value = 'live'
        wait = FIRST_RETRY_MS
        const late = followed || performance.now() - asked > AT_ONCE_MS
        followed = true
        if (late && topics.includes('missed')) heard({ topic: 'missed', data: {} as T })
      },
      ended(refused) {
        connection.value = refused ? 'lost' : 'connecting'
        retry = setTimeout(() => open(url()), refused ? wait : BREAK_MS)
        if (refused) wait = Math.min(wait * 2, LAST_RETRY_MS)
      },
      heard: (topic, text) => heard({ topic, data: JSON.parse(text) as T }),
    })
  }

  // A pulled cable leaves the stream silent for minutes before the browser notices; it knows of the cable at once.
  function unplugged() {
    stop()
    connection.value = 'lost'
  }
  const plugged = () => open(url())
  window.addEventListener('offline', unplugged)
  window.addEventListener('online', plugged)
  onScopeDispose(() => {
    window.removeEventListener('offline', unplugged)
    window.removeEventListener('online', plugged)
  })

  watch(
    url,
    (address) => {
      asked = performance.now()
      followed = false
      open(address)
    },
    { immediate: true },
  )
  watch(paused, (stopped) => {
    if (stopped) return
    const events = backlog
    backlog = []
    waiting.value = 0
    events.forEach(on)
  })
  onScopeDispose(stop)

  const state = computed<LiveState>(() => (paused.value ? 'paused' : connection.value))
  return { state, paused, waiting }
}
