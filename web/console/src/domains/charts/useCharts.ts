import { useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ChartAnswer = components['schemas']['ChartAnswer']
export type ChartSeries = components['schemas']['ChartSeries']

/** ms of the spans one may ask for with one click. */
export const SPANS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const
export type SpanName = keyof typeof SPANS

const NUMERIC = new Set(['int', 'float', 'double', 'bool', 'enum'])
export const isNumeric = (type: string): boolean => NUMERIC.has(type)

/** Courses of `series` (iotId/identifier each) between two times. */
export function useCourses(
  series: () => string[],
  span: () => { from: number; to: number },
  buckets: () => number,
) {
  return useResource(() => {
    const wanted = series()
    if (wanted.length === 0) return null
    const { from, to } = span()
    return answer(
      api.GET('/api/console/charts', {
        params: { query: { series: wanted.join(','), fromMs: from, toMs: to, buckets: buckets() } },
      }),
    )
  }, [() => series().join(','), () => span().from, () => span().to])
}

export function exportAddress(series: string[], span: { from: number; to: number }): string {
  const query = new URLSearchParams({
    series: series.join(','),
    fromMs: String(span.from),
    toMs: String(span.to),
  })
  return `/api/console/charts/export.csv?${query}`
}
