import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { useSession } from '@/app/useSession'

export type ParkedRow = components['schemas']['ParkedRow']
export type Health = components['schemas']['Health']

/** Messages that no handler could take: kept with their reason until a person decides. */
export function useParked(state: ListState) {
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/inbox/parked', {
          params: { query: { pageNo: state.page.value, pageSize: state.size.value } },
        }),
      ),
    [state.page, state.size],
  )
  const path = (row: ParkedRow) => ({ params: { path: { iot_id: row.iotId, seq: Number(row.seq) } } })
  const retry = useAction(async (row: ParkedRow) => {
    await api.POST('/api/console/inbox/parked/{iot_id}/{seq}/retry', path(row))
    await list.reload()
  })
  const drop = useAction(async (row: ParkedRow) => {
    await api.DELETE('/api/console/inbox/parked/{iot_id}/{seq}', path(row))
    await list.reload()
    return true
  })
  return { list, retry, drop }
}

/** How the platform itself is, for its operator. */
export function useHealth() {
  const session = useSession()
  return useResource(() =>
    session.may('installation.manage') ? answer(api.GET('/api/console/health')) : null,
  )
}
