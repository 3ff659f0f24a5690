import { api, type Schemas } from '@/api/client'

export type VisitRow = Schemas['VisitRow']
export type Step = 'check-in' | 'check-out' | 'admit' | 'void' | 'refuse'
export const HOUR_MS = 3_600_000

/** Who is not here when the window ends has missed it. */
export function shownState(row: VisitRow): string {
  return row.endsMs <= Date.now() && ['asked', 'expected'].includes(row.state) ? 'over' : row.state
}

const TONES: Record<string, 'ok' | 'warn' | 'bad' | 'idle'> = {
  asked: 'warn',
  expected: 'ok',
  arrived: 'ok',
  void: 'bad',
  refused: 'bad',
}
export const toneOf = (state: string) => TONES[state] ?? 'idle'

/** One step of a visit; those that hurt carry a reason. */
export async function take(communityId: string, id: string, step: Step, reason = ''): Promise<void> {
  const params = { path: { community_id: Number(communityId), apply_id: Number(id) } }
  const at = '/api/console/communities/{community_id}/visits/{apply_id}' as const
  if (step === 'check-in') await api.POST(`${at}/check-in`, { params })
  else if (step === 'check-out') await api.POST(`${at}/check-out`, { params })
  else if (step === 'admit') await api.POST(`${at}/admit`, { params })
  else if (step === 'void') await api.POST(`${at}/void`, { params, body: { reason } })
  else await api.POST(`${at}/refuse`, { params, body: { reason } })
}
