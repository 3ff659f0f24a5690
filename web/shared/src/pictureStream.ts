/** A camera's pictures in a video element: fMP4 over a WebSocket into Media Source Extensions. */

const KEPT_S = 20
const BEHIND_S = 2.5
const CATCH_UP_S = 0.3

export interface PictureStream {
  close(): void
}

interface Facts {
  codec?: string
  code?: string
}

/** `ended` is called once: with a code of why it could not go on, or empty. */
export function playPictures(
  video: HTMLVideoElement,
  path: string,
  live: boolean,
  began: () => void,
  ended: (code: string) => void,
): PictureStream {
  const url = new URL(path, location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  const line = new WebSocket(url)
  line.binaryType = 'arraybuffer'
  const source = new MediaSource()
  const address = URL.createObjectURL(source)
  const waiting: ArrayBuffer[] = []
  let buffer: SourceBuffer | null = null
  let codec = ''
  let over = false
  let playing = false

  function finish(code: string): void {
    if (over) return
    over = true
    line.close()
    video.removeAttribute('src')
    video.load()
    URL.revokeObjectURL(address)
    ended(code)
  }

  function open(): void {
    if (over || buffer || !codec || source.readyState !== 'open') return
    const type = `video/mp4; codecs="${codec}"`
    if (!MediaSource.isTypeSupported(type)) {
      finish('codec')
      return
    }
    buffer = source.addSourceBuffer(type)
    buffer.addEventListener('updateend', step)
    step()
  }

  function step(): void {
    if (over || !buffer || buffer.updating) return
    const parts = buffer.buffered
    if (parts.length) {
      const first = parts.start(0)
      const last = parts.end(parts.length - 1)
      if (!playing) {
        playing = true
        video.currentTime = parts.start(parts.length - 1)
        void video.play().catch(() => undefined)
        began()
      } else if (live && last - video.currentTime > BEHIND_S) {
        video.currentTime = last - CATCH_UP_S
      }
      if (video.currentTime - first > KEPT_S * 2) {
        buffer.remove(first, video.currentTime - KEPT_S)
        return
      }
    }
    const next = waiting.shift()
    if (next) {
      try {
        buffer.appendBuffer(next)
      } catch {
        finish('player')
      }
    }
  }

  source.addEventListener('sourceopen', open)
  line.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) => {
    if (typeof event.data === 'string') {
      const facts = JSON.parse(event.data) as Facts
      if (facts.code) finish(facts.code)
      else if (codec && facts.codec !== codec) finish('changed')
      else codec = facts.codec ?? ''
      open()
    } else {
      waiting.push(event.data)
      step()
    }
  })
  line.addEventListener('close', () => finish(''))
  video.addEventListener('error', () => finish('player'), { once: true })
  video.muted = true
  video.src = address
  return { close: () => finish('closed') }
}
