import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type SessionRow = components['schemas']['SessionRow']

/** Where the account is signed in. */
export function useSessions() {
  const list = useResource(() => answer(api.GET('/api/console/sessions')))
  const revoke = useAction(async (id: string) => {
    await api.DELETE('/api/console/sessions/{session_id}', { params: { path: { session_id: Number(id) } } })
    await list.reload()
  })
  const revokeOthers = useAction(async () => {
    const { count } = await answer(api.POST('/api/console/sessions/revoke-others'))
    await list.reload()
    return count
  })
  return { list, revoke, revokeOthers }
}

/** A browser's own words shortened to what a person recognises, e.g. "Chrome · Windows". */
export function agentName(agent: string): string {
  const browser = [
    ['Edg/', 'Edge'],
    ['MicroMessenger', 'WeChat'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([mark]) => agent.includes(mark!))?.[1]
  const system = [
    ['Windows', 'Windows'],
    ['Android', 'Android'],
    ['iPhone', 'iPhone'],
    ['Mac OS', 'macOS'],
    ['Linux', 'Linux'],
  ].find(([mark]) => agent.includes(mark!))?.[1]
  return [browser, system].filter(Boolean).join(' · ') || agent.slice(0, 40) || '–'
}
