import type { RecordedFile } from './useRecording'

export interface Bar {
  beginMs: number
  endMs: number
  cause: string
  locked: boolean
}

const NEAR_MS = 1500

/** Files that go on in one another and are alike, as one. */
export function barsOf(files: readonly RecordedFile[]): Bar[] {
  const bars: Bar[] = []
  for (const file of files) {
    const last = bars.at(-1)
    if (
      last &&
      file.beginMs - last.endMs < NEAR_MS &&
      last.cause === file.cause &&
      last.locked === file.locked
    ) {
      last.endMs = file.endMs
    } else {
      bars.push({ beginMs: file.beginMs, endMs: file.endMs, cause: file.cause, locked: file.locked })
    }
  }
  return bars
}

/** The part of a day that is drawn: so long, around a moment, within the day. */
export function windowOf(day: readonly [number, number], atMs: number, longMs: number): [number, number] {
  const whole = day[1] - day[0]
  if (longMs >= whole) return [day[0], day[1]]
  const begin = Math.min(Math.max(day[0], atMs - longMs / 2), day[1] - longMs)
  return [begin, begin + longMs]
}

/** Begins of what was recorded around alarms or by hand, before or after a moment. */
export function nextEvent(bars: readonly Bar[], atMs: number, step: 1 | -1): number | null {
  const begins = bars.filter((bar) => bar.cause !== 'plan').map((bar) => bar.beginMs)
  const ahead = begins.filter((begin) => (step > 0 ? begin > atMs + 500 : begin < atMs - 2000))
  return (step > 0 ? ahead.at(0) : ahead.at(-1)) ?? null
}
