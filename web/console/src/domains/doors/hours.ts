import type { components } from '@/api/schema'

export type Hours = components['schemas']['Hours']
export type WeekHours = components['schemas']['WeekHours']
type Translate = (key: string, facts?: Record<string, unknown>) => string

export const DAY = 1440
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]

export function minuteOf(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  return hour * 60 + minute
}

export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** Which minutes of each weekday are meant: seven arrays of 1440 ones and zeros, Monday first. */
export function weekOf(weeks: WeekHours[]): Uint8Array[] {
  const week = WEEKDAYS.map(() => new Uint8Array(DAY))
  for (const span of weeks) {
    const [start, end] = [minuteOf(span.start), minuteOf(span.end)]
    for (const day of span.days) {
      if (end > start) week[day - 1]?.fill(1, start, end)
      else {
        week[day - 1]?.fill(1, start, DAY)
        week[day % 7]?.fill(1, 0, end)
      }
    }
  }
  return week
}

/** Stretches of one day as [start, end). */
export function runsOf(day: Uint8Array): [number, number][] {
  const runs: [number, number][] = []
  for (let at = 0; at < DAY; at += 1) {
    if (!day[at]) continue
    const start = at
    while (at < DAY && day[at]) at += 1
    runs.push([start, at])
  }
  return runs
}

/** The rows that say a week, days with the same hours in one. */
export function rowsOf(week: Uint8Array[]): WeekHours[] {
  const rows = new Map<string, WeekHours>()
  week.forEach((day, index) => {
    for (const [start, end] of runsOf(day)) {
      const key = `${start}-${end}`
      const row = rows.get(key) ?? { days: [], start: clockOf(start), end: clockOf(end) }
      row.days.push(index + 1)
      rows.set(key, row)
    }
  })
  return [...rows.values()].sort((a, b) => a.start.localeCompare(b.start) || a.end.localeCompare(b.end))
}

/** The same week with one hour of one day turned on, or off. */
export function withHour(weeks: WeekHours[], day: number, hour: number, on: boolean): WeekHours[] {
  const week = weekOf(weeks)
  week[day - 1]?.fill(on ? 1 : 0, hour * 60, hour * 60 + 60)
  return rowsOf(week)
}

function daysInWords(days: number[], t: Translate): string {
  if (days.length === 7) return t('doors.hours.daily')
  const groups: number[][] = []
  for (const day of days) {
    const last = groups.at(-1)
    if (last && last.at(-1) === day - 1) last.push(day)
    else groups.push([day])
  }
  return groups
    .map((group) => {
      const first = t(`doors.hours.weekday.${group[0]}`)
      if (group.length === 1) return first
      return t('doors.hours.span', { first, last: t(`doors.hours.weekday.${group.at(-1)}`) })
    })
    .join(t('doors.hours.also'))
}

/** Hours as people say them. */
export function hoursInWords(hours: Hours | null | undefined, t: Translate): string {
  if (!hours || (!hours.weeks?.length && !hours.cron)) return t('doors.hours.always')
  if (!hours.weeks?.length) return hours.cron ?? ''
  return hours.weeks
    .map((week) => {
      const facts = { days: daysInWords(week.days, t), start: week.start, end: week.end }
      const overnight = minuteOf(week.end) <= minuteOf(week.start)
      return overnight ? t('doors.hours.night', facts) : t('doors.hours.day', facts)
    })
    .join(t('doors.hours.and'))
}

/** Hours as they are sent: the rows, or the expression where it goes by date. */
export function sent(hours: Hours): Hours {
  return hours.weeks?.length ? { weeks: hours.weeks } : { cron: hours.cron ?? '' }
}
