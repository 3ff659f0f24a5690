/** Wall clocks of a place: what a field for date and time shows is the time of the community, wherever the reader is. */
const formats = new Map<string, Intl.DateTimeFormat>()

function parts(ms: number, zone: string | undefined): string[] {
  const key = zone ?? ''
  let format = formats.get(key)
  if (!format)
    formats.set(
      key,
      (format = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone || undefined,
        dateStyle: 'short',
        timeStyle: 'medium',
      })),
    )
  return format.format(ms).split(' ')
}

/** `2026-11-24T08:00` in `zone`, as `<input type="datetime-local">` takes it; no zone: the browser's. */
export function wallClock(ms: number, zone?: string): string {
  const [day, time] = parts(ms, zone)
  return `${day}T${time!.slice(0, 5)}`
}

/** ms since epoch, UTC, of such a text. A time that the clocks skip is the one after the jump. NaN: no time. */
export function ofWallClock(text: string, zone?: string): number {
  const asUtc = Date.parse(`${text.slice(0, 16)}Z`)
  if (Number.isNaN(asUtc)) return NaN
  const off = (ms: number) => Date.parse(`${parts(ms, zone).join('T')}Z`) - ms
  const first = asUtc - off(asUtc)
  return asUtc - off(first)
}

/** First and last ms of the day in `zone` that holds a time: 23 to 25 hours where clocks are changed. */
export function dayIn(ms: number, zone?: string): [number, number] {
  const day = parts(ms, zone)[0]!
  const first = ofWallClock(`${day}T00:00`, zone)
  const following = parts(first + 36 * 3_600_000, zone)[0]!
  return [first, ofWallClock(`${following}T00:00`, zone) - 1]
}

/** Whether the reader's clocks differ from those of the place now. */
export function elsewhere(zone?: string): boolean {
  const now = Date.now()
  return !!zone && wallClock(now, zone) !== wallClock(now)
}
