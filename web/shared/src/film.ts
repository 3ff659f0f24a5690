/** Files of recordings one after the other in a video element, by Media Source Extensions. */

const AHEAD_S = 30
const KEPT_S = 30
const LOOK_MS = 200
const NEAR_S = 0.15

export interface FilmFile {
  id: string
  beginMs: number
  endMs: number
}

export interface Film {
  /** Go on at that time of day. */
  seek(atMs: number): void
  close(): void
}

interface FilmWatcher {
  time(atMs: number): void
  began(): void
  /** Called once: over, or why it cannot go on (codec, player, refused). */
  ended(code: string): void
}

/** The codec that the head of an MP4 names; empty while it is not all there. */
function codecIn(head: Uint8Array): string {
  for (let at = 0; at + 8 < head.length; at += 1) {
    if (head[at] === 97 && head[at + 1] === 118 && head[at + 2] === 99 && head[at + 3] === 67) {
      return `avc1.${[5, 6, 7].map((step) => head[at + step]!.toString(16).padStart(2, '0')).join('')}`
    }
  }
  return ''
}

/**
 * `files`: the earliest first, not empty. `inStep`: somebody else's clock leads (films in step): it neither begins nor goes
 * over a hole by itself, and is never over.
 */
export function playFilm(
  video: HTMLVideoElement,
  files: readonly FilmFile[],
  token: string,
  fromMs: number,
  watcher: FilmWatcher,
  inStep = false,
): Film {
  const origin = files[0]!.beginMs
  const source = new MediaSource()
  const address = URL.createObjectURL(source)
  let buffer: SourceBuffer | null = null
  let codec = ''
  let over = false
  let playing = false
  let turn = 0
  let abort = new AbortController()
  const seconds = (ms: number) => (ms - origin) / 1000
  const clock = window.setInterval(look, LOOK_MS)

  function finish(code: string): void {
    if (over) return
    over = true
    abort.abort()
    window.clearInterval(clock)
    video.removeEventListener('error', broken)
    video.removeAttribute('src')
    video.load()
    URL.revokeObjectURL(address)
    if (code !== 'closed') watcher.ended(code)
  }
  const broken = () => finish('player')

  /** The end of the buffered part that is played now, and the begin of the next one. */
  function parts(): { end: number; next: number | null } {
    const at = video.currentTime
    const ranges = video.buffered
    let end = at
    for (let number = 0; number < ranges.length; number += 1) {
      if (ranges.start(number) <= at + NEAR_S) end = Math.max(end, ranges.end(number))
      else return { end, next: ranges.start(number) }
    }
    return { end, next: null }
  }

  function look(): void {
    if (over || !buffer) return
    const { end, next } = parts()
    if (!inStep && next !== null && end - video.currentTime < NEAR_S) video.currentTime = next + 0.01
    if (!playing && video.readyState >= 2) {
      playing = true
      watcher.began()
    }
    if (playing) watcher.time(origin + video.currentTime * 1000)
    if (!inStep && video.ended) finish('over')
  }

  async function put(data: Uint8Array<ArrayBuffer>): Promise<void> {
    const target = buffer!
    const first = target.buffered.length ? target.buffered.start(0) : 0
    if (video.currentTime - first > KEPT_S * 2) {
      target.remove(first, video.currentTime - KEPT_S)
      await settled(target)
    }
    target.appendBuffer(data)
    await settled(target)
  }

  async function enough(mine: number): Promise<void> {
    while (!over && mine === turn && parts().end - video.currentTime > AHEAD_S * video.playbackRate) {
      await pause(LOOK_MS)
    }
  }

  async function take(file: FilmFile, at: number, mine: number): Promise<boolean> {
    const from = at > 0 ? `&at=${Math.floor(at)}` : ''
    const answer = await fetch(`/vod/${file.id}.mp4?token=${encodeURIComponent(token)}${from}`, {
      signal: abort.signal,
    })
    if (answer.status === 404) return true // it made room meanwhile
    if (!answer.ok || !answer.body) {
      finish('refused')
      return false
    }
    const reader = answer.body.getReader()
    let head = new Uint8Array(0)
    let open = false
    for (;;) {
      const { done, value } = await reader.read()
      if (over || mine !== turn) return false
      if (done) return true
      if (open) await put(value as Uint8Array<ArrayBuffer>)
      else {
        head = joined(head, value)
        const named = codecIn(head)
        if (!named) continue
        if (!prepare(named, file)) return false
        open = true
        await put(head)
      }
      if (over || mine !== turn) return false
      await enough(mine)
    }
  }

  function prepare(named: string, file: FilmFile): boolean {
    const type = `video/mp4; codecs="${named}"`
    if (!MediaSource.isTypeSupported(type)) {
      finish('codec')
      return false
    }
    if (!buffer) {
      buffer = source.addSourceBuffer(type)
      buffer.mode = 'segments'
    } else {
      buffer.abort()
      if (named !== codec) buffer.changeType(type)
    }
    codec = named
    buffer.timestampOffset = seconds(file.beginMs)
    return true
  }

  async function run(atMs: number): Promise<void> {
    const mine = ++turn
    abort.abort()
    abort = new AbortController()
    let number = files.findIndex((file) => file.endMs > atMs)
    if (number < 0) number = files.length - 1
    try {
      if (buffer) {
        if (buffer.updating) await settled(buffer)
        if (mine !== turn) return
        buffer.abort()
        buffer.remove(0, Infinity)
        await settled(buffer)
        if (mine !== turn) return
      }
      const start = Math.max(atMs, files[number]!.beginMs)
      video.currentTime = seconds(start) + 0.01
      for (let offset = start - files[number]!.beginMs; number < files.length; number += 1, offset = 0) {
        if (!(await take(files[number]!, offset, mine))) return
      }
      if (source.readyState === 'open') source.endOfStream()
    } catch {
      if (!over && mine === turn) finish('player')
    }
  }

  source.addEventListener(
    'sourceopen',
    () => {
      void run(fromMs)
      if (!inStep) void video.play().catch(() => undefined)
    },
    { once: true },
  )
  video.addEventListener('error', broken)
  video.muted = true
  video.src = address
  return {
    seek(atMs: number): void {
      const at = seconds(atMs)
      for (let number = 0; number < video.buffered.length; number += 1) {
        if (video.buffered.start(number) <= at && at < video.buffered.end(number) - NEAR_S) {
          video.currentTime = at
          return
        }
      }
      void run(atMs)
    },
    close: () => finish('closed'),
  }
}

function joined(first: Uint8Array<ArrayBuffer>, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

function settled(buffer: SourceBuffer): Promise<void> {
  if (!buffer.updating) return Promise.resolve()
  return new Promise((resolve) => buffer.addEventListener('updateend', () => resolve(), { once: true }))
}
