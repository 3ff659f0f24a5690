import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type MyCall = components['schemas']['MyCall']
export type MyHouse = components['schemas']['MyHouse']

type Say = (key: string, named: Record<string, unknown>) => string

/** The door that rings, or the entrance at which a visitor's own phone does. */
export function whoRings(t: Say, row: { doorName: string; bellName?: string | null } | null): string {
  if (typeof row?.bellName === 'string')
    return t(row.bellName ? 'calls.bell' : 'calls.bellGone', { name: row.bellName })
  return row?.doorName || t('calls.unknown', {})
}

/** The newest call of a home that was looked at on this phone, by house. */
const stored = (houseId: string) => `linli.resident.calls.${houseId}`
const seenMs = (houseId: string) => Number(localStorage.getItem(stored(houseId))) || 0

export function callsSeen(houseId: string, upToMs: number): void {
  if (upToMs > seenMs(houseId)) localStorage.setItem(stored(houseId), String(upToMs))
}

export async function callsOf(houseId: string, pageNo: number, pageSize: number, missed: boolean) {
  return answer(
    api.GET('/api/resident/houses/{house_id}/calls', {
      params: { path: { house_id: Number(houseId) }, query: { pageNo, pageSize, missed } },
    }),
  )
}

/** How many calls nobody took since the list was looked at. */
export async function missedCalls(houses: MyHouse[]): Promise<number> {
  const counts = await Promise.all(
    houses.map(async ({ houseId }) => {
      const query = { pageNo: 1, pageSize: 1, missed: true, sinceMs: seenMs(houseId) }
      const page = await answer(
        api.GET('/api/resident/houses/{house_id}/calls', {
          params: { path: { house_id: Number(houseId) }, query },
        }),
      )
      return page.total
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
