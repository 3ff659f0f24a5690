import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Dates and numbers as the chosen language writes them. Times in are ms since epoch, UTC; shown in `zone`. */
export function useFormat(zone?: string) {
  const { locale } = useI18n()
  const timeZone = zone || undefined

  // British order with the month in letters: 11/12 means one day here and another there.
  const region = computed(() => (locale.value === 'en' ? 'en-GB' : locale.value))
  const month = computed(() => (locale.value === 'en' ? 'short' : '2-digit') as 'short' | '2-digit')

  const dateTime = computed(
    () =>
      new Intl.DateTimeFormat(region.value, {
        year: 'numeric',
        month: month.value,
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hour12: false,
        timeZone,
      }),
  )
  const clock = computed(
    () =>
      new Intl.DateTimeFormat(region.value, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hour12: false,
        timeZone,
      }),
  )
  const day = computed(
    () =>
      new Intl.DateTimeFormat(region.value, {
        year: 'numeric',
        month: month.value,
        day: '2-digit',
        timeZone,
      }),
  )
  const number = computed(() => new Intl.NumberFormat(locale.value))
  const relative = computed(
    () => new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto', style: 'short' }),
  )

  function ago(ms: number, nowMs: number): string {
    const gap = ms - nowMs
    const size = Math.abs(gap)
    if (size < MINUTE) return relative.value.format(Math.round(gap / 1000), 'second')
    if (size < HOUR) return relative.value.format(Math.round(gap / MINUTE), 'minute')
    if (size < DAY) return relative.value.format(Math.round(gap / HOUR), 'hour')
    return relative.value.format(Math.round(gap / DAY), 'day')
  }

  function bytes(count: number): string {
    const units = ['B', 'kB', 'MB', 'GB', 'TB']
    let value = count
    let step = 0
    while (value >= 1000 && step < units.length - 1) {
      value /= 1000
      step += 1
    }
    const digits = value >= 100 || step === 0 ? 0 : 1
    const shown = new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }).format(value)
    return `${shown} ${units[step]}`
  }

  return {
    dateTime: (ms: number | null | undefined) => (ms ? dateTime.value.format(ms) : '–'),
    clock: (ms: number | null | undefined) => (ms ? clock.value.format(ms) : '–'),
    day: (ms: number | null | undefined) => (ms ? day.value.format(ms) : '–'),
    number: (value: number) => number.value.format(value),
    ago,
    bytes,
  }
}
