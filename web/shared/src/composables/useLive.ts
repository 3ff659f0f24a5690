import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'

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
const FIRST_RETRY_MS = 5_000
const LAST_RETRY_MS = 60_000

/**
 * Follow a stream of server-sent events. The browser reconnects by itself after a break of the line, and we do when it
 * gave up because the server answered with an error. While paused, events are held (newest 500). `url` null closes the
 * stream.
 */
export function useLive<T>(
  url: () => string | null,
  topics: readonly string[],
  on: (event: LiveEvent<T>) => void,
): Live {
  const paused = ref(false)
  const waiting = ref(0)
  const connection = ref<'connecting' | 'live' | 'lost'>('connecting')
  const source = shallowRef<EventSource | null>(null)
  let backlog: LiveEvent<T>[] = []
  let retry: ReturnType<typeof setTimeout> | undefined
  let wait = FIRST_RETRY_MS

  function close() {
    clearTimeout(retry)
    source.value?.close()
    source.value = null
  }

  function open(address: string | null) {
    close()
    if (!address || typeof EventSource === 'undefined') return
    connection.value = 'connecting'
    const stream = new EventSource(address)
    stream.onopen = () => {
      connection.value = 'live'
      wait = FIRST_RETRY_MS
    }
    stream.onerror = () => {
      const gaveUp = stream.readyState === EventSource.CLOSED
      connection.value = gaveUp ? 'lost' : 'connecting'
      if (!gaveUp) return
      retry = setTimeout(() => open(url()), wait)
      wait = Math.min(wait * 2, LAST_RETRY_MS)
    }
    for (const topic of topics) {
      stream.addEventListener(topic, (message) => {
        const event = { topic, data: JSON.parse((message as MessageEvent<string>).data) as T }
        if (!paused.value) return on(event)
        backlog.push(event)
        if (backlog.length > MOST_HELD) backlog = backlog.slice(-MOST_HELD)
        waiting.value = backlog.length
      })
    }
    source.value = stream
  }

  // A pulled cable leaves the stream silent for minutes before the browser notices; it knows of the cable at once.
  function unplugged() {
    close()
    connection.value = 'lost'
  }
  const plugged = () => open(url())
  window.addEventListener('offline', unplugged)
  window.addEventListener('online', plugged)
  onScopeDispose(() => {
    window.removeEventListener('offline', unplugged)
    window.removeEventListener('online', plugged)
  })

  watch(url, open, { immediate: true })
  watch(paused, (stopped) => {
    if (stopped) return
    const events = backlog
    backlog = []
    waiting.value = 0
    events.forEach(on)
  })
  onScopeDispose(close)

  const state = computed<LiveState>(() => (paused.value ? 'paused' : connection.value))
  return { state, paused, waiting }
}
