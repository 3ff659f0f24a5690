import { useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type CallLine = components['schemas']['CallLine']
export type CallsOf = { communityId: string | null; iotId?: string; houseId?: string }

export const CALL_FILTERS = ['outcome', 'door', 'house', 'note', 'from', 'to'] as const
export const OUTCOMES = ['unanswered', 'answered', 'refused', 'busy', 'unreachable', 'cut'] as const

type Say = (key: string, named: Record<string, unknown>) => string

/** Who calls by an entrance's doorbell; empty: it is no visitor's phone. */
export function bellOf(t: Say, row: CallLine): string {
  if (typeof row.bellName !== 'string') return ''
  return t(row.bellName ? 'calls.bell' : 'calls.bellGone', { name: row.bellName })
}

export function callTone(row: CallLine): Tone {
  if (row.missed) return 'warn'
  return row.outcome === 'answered' ? 'ok' : row.outcome === 'cut' ? 'bad' : 'idle'
}

/** What the filters in the URL ask the server for; times are ms since epoch. */
function asked(state: ListState, of: CallsOf) {
  const number = (name: string) => Number(state.filter(name)) || undefined
  return {
    communityId: of.communityId ? Number(of.communityId) : undefined,
    iotId: of.iotId ?? (state.filter('door') || undefined),
    houseId: Number(of.houseId ?? state.filter('house')) || undefined,
    outcome: state.filter('outcome') || undefined,
    note: state.filter('note') || undefined,
    from: number('from'),
    to: number('to'),
  }
}

export function useCalls(state: ListState, of: () => CallsOf) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/calls', {
          params: { query: { ...asked(state, of()), pageNo: state.page.value, pageSize: state.size.value } },
        }),
      ),
    [state.page, state.size, state.filters, () => Object.values(of()).join()],
  )
}

/** Where everything that fits the filters is downloaded from. */
export function exportOf(state: ListState, of: CallsOf, language: string): string {
  const query = new URLSearchParams({ language })
  for (const [name, value] of Object.entries(asked(state, of)))
    if (value !== undefined) query.set(name, String(value))
  return `/api/console/calls/export.csv?${query}`
}
