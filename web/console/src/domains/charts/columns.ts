import type { ChartSeries } from './useCharts'

type Column = (number | null)[]

/**
 * Courses that were told at different times as columns over one time axis (seconds): first the times, then for each course
 * its values and, where it comes in buckets, the least and the greatest ones. null: not told at that time.
 */
export function columnsOf(series: readonly ChartSeries[]): [number[], ...Column[]] {
  const times = [...new Set(series.flatMap((curve) => curve.at))].sort((time, other) => time - other)
  const row = new Map(times.map((at, index) => [at, index]))
  const spread = (at: readonly number[], values: readonly number[]): Column => {
    const column: Column = new Array<number | null>(times.length).fill(null)
    at.forEach((moment, index) => (column[row.get(moment)!] = values[index] ?? null))
    return column
  }
  const columns = series.flatMap((curve) =>
    curve.least.length
      ? [spread(curve.at, curve.mean), spread(curve.at, curve.least), spread(curve.at, curve.greatest)]
      : [spread(curve.at, curve.mean)],
  )
  return [times.map((at) => at / 1000), ...columns]
}
