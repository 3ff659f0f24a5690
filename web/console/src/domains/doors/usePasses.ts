import { useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type PassRow = components['schemas']['PassRow']

/** Result codes with words of their own; others read as unknown (spec E, 8). */
const KNOWN = new Set([
  0, 101, 102, 103, 104, 201, 202, 203, 301, 302, 303, 501, 502, 503, 504, 505, 506, 507,
])

export const codeKey = (code: number) => `doors.passes.code.${KNOWN.has(code) ? code : 10000}`
export const passTone = (row: PassRow): Tone => (row.passed ? 'ok' : 'bad')

export function usePasses(state: ListState, communityId: () => string | null, iotId?: () => string) {
  return useResource(() => {
    const community = communityId()
    return answer(
      api.GET('/api/console/passes', {
        params: {
          query: {
            communityId: community ? Number(community) : undefined,
            iotId: iotId?.(),
            pageNo: state.page.value,
            pageSize: state.size.value,
            result: (state.filter('result') as 'passed' | 'refused') || undefined,
            kind: state.filter('kind') || undefined,
            q: state.filter('q') || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId, ...(iotId ? [iotId] : [])])
}
