import { useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type PassRow = components['schemas']['PassRow']

/** Result codes with words of their own; others read as unknown (spec E, 8). */
const CODES = new Set([
  0, 101, 102, 103, 104, 201, 202, 203, 301, 302, 303, 501, 502, 503, 504, 505, 506, 507,
])
export const KINDS = ['QRCODE', 'CARD', 'FACE', 'PASSWORD', 'BleCARD', 'CALL'] as const
export const PASS_FILTERS = ['q', 'result', 'kind', 'door', 'personId', 'from', 'to'] as const
/** From here on a body is warmer than it should be, in °C; doors with a limit of their own refuse by it. */
export const FEVER = 37.3

export const codeKey = (code: number) => `doors.passes.code.${CODES.has(code) ? code : 10000}`
export const passTone = (row: PassRow): Tone => (row.passed ? 'ok' : 'bad')

/** What the filters in the URL ask the server for; times are ms since epoch. */
function asked(state: ListState, communityId: string | null, iotId?: string) {
  const number = (name: string) => Number(state.filter(name)) || undefined
  return {
    communityId: communityId ? Number(communityId) : undefined,
    iotId: iotId ?? (state.filter('door') || undefined),
    personId: state.filter('personId') || undefined,
    result: (state.filter('result') as 'passed' | 'refused') || undefined,
    kind: state.filter('kind') || undefined,
    q: state.filter('q') || undefined,
    from: number('from'),
    to: number('to'),
  }
}

export function usePasses(state: ListState, communityId: () => string | null, iotId?: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/passes', {
          params: {
            query: {
              ...asked(state, communityId(), iotId?.()),
              pageNo: state.page.value,
              pageSize: state.size.value,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters, communityId, ...(iotId ? [iotId] : [])],
  )
}

/** Where everything that fits the filters is downloaded from. */
export function exportOf(
  kind: 'csv' | 'xlsx',
  state: ListState,
  communityId: string | null,
  language: string,
  iotId?: string,
): string {
  const query = new URLSearchParams({ language })
  for (const [name, value] of Object.entries(asked(state, communityId, iotId)))
    if (value !== undefined) query.set(name, String(value))
  return `/api/console/passes/export.${kind}?${query}`
}

/** Doors of a community by name, to choose from. */
export function useDoorChoice(communityId: () => string | null) {
  return useResource(async () => {
    const community = communityId()
    if (!community) return []
    const query = { communityId: Number(community), pageSize: 100 }
    const first = await answer(api.GET('/api/console/doors', { params: { query } }))
    const pages = Math.min(Math.ceil(first.total / query.pageSize), 10)
    const rest = await Promise.all(
      Array.from({ length: pages - 1 }, (_, n) =>
        answer(api.GET('/api/console/doors', { params: { query: { ...query, pageNo: n + 2 } } })),
      ),
    )
    return [first, ...rest].flatMap((page) =>
      page.data.map(({ iotId, name, place }) => ({ iotId, name, place })),
    )
  }, [communityId])
}
