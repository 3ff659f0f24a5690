import { useI18n } from 'vue-i18n'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

type Style = 'dateTime' | 'minute' | 'clock' | 'day'
const DATE: Intl.DateTimeFormatOptions = { year: 'numeric', day: '2-digit' }
const TIME: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
}

/** Made once for the whole app: making one takes the browser longer than drawing the row that it is for. */
const formats = new Map<string, unknown>()
function once<T>(key: string, make: () => T): T {
  let format = formats.get(key) as T | undefined
  if (format === undefined) formats.set(key, (format = make()))
  return format
}

function dates(style: Style, locale: string, timeZone: string | undefined): Intl.DateTimeFormat {
  return once(`${style} ${locale} ${timeZone}`, () => {
    const english = locale === 'en'
    // British order with the month in letters: 11/12 means one day here and another there.
    const fields: Intl.DateTimeFormatOptions = {
      ...(style === 'clock' ? {} : { ...DATE, month: english ? 'short' : '2-digit' }),
      ...(style === 'day' ? {} : TIME),
      ...(style === 'minute' ? { second: undefined } : {}),
      timeZone,
    }
    return new Intl.DateTimeFormat(english ? 'en-GB' : locale, fields)
  })
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')

/** The same for the browser's own zone, without the browser's tables, which take it long to open for a first page. */
function here(style: Style, locale: string, ms: number): string {
  const at = new Date(ms)
  const year = at.getFullYear()
  const day =
    locale === 'en'
      ? `${two(at.getDate())} ${MONTHS[at.getMonth()]} ${year}`
      : `${year}/${two(at.getMonth() + 1)}/${two(at.getDate())}`
  const whole = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two)
  const clock = whole.slice(0, style === 'minute' ? 2 : 3).join(':')
  if (style === 'day') return day
  return style === 'clock' ? clock : `${day}${locale === 'en' ? ',' : ''} ${clock}`
}

/** Whole numbers in groups of three, as both languages write them. */
const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')

/** Dates and numbers as the chosen language writes them. Times in are ms since epoch, UTC; shown in `zone`, or what it says. */
export function useFormat(zone?: string | (() => string | undefined)) {
  const { locale } = useI18n()
  const timeZone = () => (typeof zone === 'function' ? zone() : zone) || undefined
  const written = (style: Style) => (ms: number | null | undefined) =>
    !ms ? '–' : timeZone() ? dates(style, locale.value, timeZone()).format(ms) : here(style, locale.value, ms)
  const numbers = (digits = 3) =>
    once(
      `number ${locale.value} ${digits}`,
      () => new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }),
    )
  const relative = () =>
    once(
      `ago ${locale.value}`,
      () => new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto', style: 'short' }),
    )

  function ago(ms: number, nowMs: number): string {
    const gap = ms - nowMs
    const size = Math.abs(gap)
    if (size < MINUTE) return relative().format(Math.round(gap / 1000), 'second')
    if (size < HOUR) return relative().format(Math.round(gap / MINUTE), 'minute')
    if (size < DAY) return relative().format(Math.round(gap / HOUR), 'hour')
    return relative().format(Math.round(gap / DAY), 'day')
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
    return `${numbers(digits).format(value)} ${units[step]}`
  }

  return {
    dateTime: written('dateTime'),
    /** A moment without its seconds: for what people set by the minute. */
    minute: written('minute'),
    clock: written('clock'),
    day: written('day'),
    /** Names side by side. */
    list: (names: readonly string[]) => names.join(locale.value === 'en' ? ', ' : '、'),
    number: (value: number) => (Number.isSafeInteger(value) ? grouped(value) : numbers().format(value)),
    ago,
    bytes,
  }
}
