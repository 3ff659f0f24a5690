import type { RecordedFile } from './useRecording'

/** What one camera's film has to do so that it shows the moment of the common clock. */
export interface Step {
  /** Go to the clock's moment. */
  seek: boolean
  /** Speed of the film until the next look. */
  rate: number
}

const NEAR_MS = 60
const PULL = 0.1

/** The file that has a moment. */
export function fileAt(files: readonly RecordedFile[], atMs: number): RecordedFile | undefined {
  return files.find((file) => file.beginMs <= atMs && atMs < file.endMs)
}

/**
 * `aheadMs`: of the film over the clock. A little is made good by going faster or slower, more by a jump. At high speed
 * a look later is a longer way, so more is a little.
 */
export function stepOf(aheadMs: number, speed: number, running: boolean): Step {
  if (!running) return { seek: Math.abs(aheadMs) > 15, rate: speed }
  const most = Math.max(400, speed * 200)
  if (Math.abs(aheadMs) > most) return { seek: true, rate: speed }
  if (Math.abs(aheadMs) < NEAR_MS * Math.max(1, speed)) return { seek: false, rate: speed }
  return { seek: false, rate: Math.min(16, speed * (aheadMs > 0 ? 1 - PULL : 1 + PULL)) }
}

/** Where the clock goes on when no camera has its moment: the next begin; null: there is none. */
export function nextBegin(films: readonly (readonly RecordedFile[])[], atMs: number): number | null {
  const begins = films.flatMap((files) =>
    files.filter((file) => file.beginMs > atMs).map((file) => file.beginMs),
  )
  return begins.length ? Math.min(...begins) : null
}
