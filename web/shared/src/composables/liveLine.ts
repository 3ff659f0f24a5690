export interface LineWatcher {
  opened: () => void
  /** It ended, or could not be had. `refused`: the platform said no. */
  ended: (refused: boolean) => void
  heard: (topic: string, data: string) => void
}

const REFUSED = 4000

/** One event as the stream sends it; null: a comment. */
function eventIn(block: string): { topic: string; data: string } | null {
  let topic = ''
  let data = ''
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) topic = line.slice(7)
    else if (line.startsWith('data: ')) data = line.slice(6)
  }
  return topic && data ? { topic, data } : null
}

/**
 * Follow a stream over a WebSocket; over plain HTTP where something between lets no WebSocket through. A browser opens
 * six HTTP connections to a host, for all its windows together: streams there soon leave none for anything else.
 * Returns what closes it. It does not come back by itself.
 */
export function openLine(address: string, topics: readonly string[], watcher: LineWatcher): () => void {
  let isOpen = false
  let stream: EventSource | null = null
  const url = new URL(address, location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  const socket = new WebSocket(url)
  socket.onmessage = (message) => {
    const event = eventIn(message.data as string)
    if (!isOpen) {
      isOpen = true
      watcher.opened()
    }
    if (event && topics.includes(event.topic)) watcher.heard(event.topic, event.data)
  }
  socket.onclose = ({ code }) => {
    if (isOpen || code >= REFUSED) watcher.ended(code >= REFUSED)
    else stream = openStream(address, topics, watcher)
  }
  return () => {
    socket.onclose = socket.onmessage = null
    socket.close()
    stream?.close()
  }
}

function openStream(address: string, topics: readonly string[], watcher: LineWatcher): EventSource {
  const stream = new EventSource(address)
  stream.onopen = watcher.opened
  stream.onerror = () => {
    const refused = stream.readyState === EventSource.CLOSED
    stream.close()
    watcher.ended(refused)
  }
  for (const topic of topics)
    stream.addEventListener(topic, (message) => watcher.heard(topic, (message as MessageEvent<string>).data))
  return stream
}
