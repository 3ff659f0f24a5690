import type { Ref } from 'vue'
import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { useSession } from '@/app/useSession'

export type ParkedRow = components['schemas']['ParkedRow']
export type JobRow = components['schemas']['ParkedJobRow']
export type Health = components['schemas']['Health']

/** Messages that no handler could take: kept with their reason until a person decides. */
export function useParked(state: ListState) {
  const { may } = useSession()
  const list = useResource(
    () =>
      may('devices.use')
        ? answer(
            api.GET('/api/console/inbox/parked', {
              params: { query: { pageNo: state.page.value, pageSize: state.size.value } },
            }),
          )
        : null,
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

export const JOBS_PAGE = 20

/** Jobs of the installation that gave up. */
export function useJobs(page: Ref<number>) {
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/health/parked-jobs', {
          params: { query: { pageNo: page.value, pageSize: JOBS_PAGE } },
        }),
      ),
    [page],
  )
  const at = (id: string) => ({ params: { path: { job_id: Number(id) } } })
  const retry = useAction(async (id: string) => {
    await api.POST('/api/console/health/parked-jobs/{job_id}/retry', at(id))
    await list.reload()
  })
  const forget = useAction(async (id: string) => {
    await api.DELETE('/api/console/health/parked-jobs/{job_id}', at(id))
    await list.reload()
  })
  return { list, retry, forget }
}
