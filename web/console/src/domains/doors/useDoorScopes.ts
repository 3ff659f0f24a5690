import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { sent } from './hours'

export type DoorSettings = components['schemas']['DoorSettings']
export type Served = components['schemas']['Served']
export type PastRight = components['schemas']['PastRightRow']
export type EntryAnswer = components['schemas']['EntryAnswer']

export function useDoorScope(iotId: () => string) {
  const scope = useResource(
    () => answer(api.GET('/api/console/doors/{iot_id}/scope', { params: { path: { iot_id: iotId() } } })),
    [iotId],
  )
  const save = useAction(async (served: Served[], callSpaceId: string | null) => {
    const of = (kind: Served['kind']) =>
      served.filter((entry) => entry.kind === kind).map((entry) => entry.id)
    await api.PUT('/api/console/doors/{iot_id}/scope', {
      params: { path: { iot_id: iotId() } },
      body: {
        spaceIds: of('space').map(Number),
        groupIds: of('group'),
        callSpaceId: callSpaceId ? Number(callSpaceId) : null,
        hours: served.flatMap((entry) =>
          entry.hours ? [{ kind: entry.kind, id: entry.id, hours: sent(entry.hours) }] : [],
        ),
      },
    })
    await scope.reload()
  })
  return { scope, save }
}

export function usePast(iotId: () => string, state: ListState, at: () => number | undefined) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/doors/{iot_id}/past', {
          params: {
            path: { iot_id: iotId() },
            query: {
              at: at(),
              q: state.filter('q') || undefined,
              pageNo: state.page.value,
              pageSize: state.size.value,
            },
          },
        }),
      ),
    [iotId, at, state.page, state.size, state.filters],
  )
}

interface WhyAsked {
  iotId: string
  personId: string
  passId?: string
  openingId?: string
}

/** A refused pass or remote opening is judged by what was shown then, a person by the best way in. */
export function useWhy(asked: () => WhyAsked) {
  return useResource(() => {
    const { iotId, personId, passId, openingId } = asked()
    // Numbers of passes exceed what a JavaScript number holds: they travel as they came.
    const query = passId ? { passId } : openingId ? { openingId } : { personId }
    return answer(
      api.GET('/api/console/doors/{iot_id}/why', {
        params: { path: { iot_id: iotId }, query: query as never },
      }),
    )
  }, [() => asked().iotId, () => asked().personId, () => asked().passId, () => asked().openingId])
}

export function useRedeliver() {
  return useAction(async (ref: string) => {
    await api.POST('/api/console/deliveries/{delivery_id}/retry', {
      params: { path: { delivery_id: Number(ref) } },
    })
    return true
  })
}

export function useLiftDenied() {
  return useAction(async (communityId: string, personId: string) => {
    await api.DELETE('/api/console/communities/{community_id}/denied/{person_id}', {
      params: { path: { community_id: Number(communityId), person_id: personId } },
    })
    return true
  })
}

export function useDoorSettings(communityId: () => string) {
  const path = () => ({ community_id: Number(communityId()) })
  const settings = useResource(
    () =>
      answer(api.GET('/api/console/communities/{community_id}/door-settings', { params: { path: path() } })),
    [communityId],
  )
  const products = useResource(() => answer(api.GET('/api/console/products', { params: { query: {} } })))
  const save = useAction(async (body: DoorSettings) => {
    await api.PUT('/api/console/communities/{community_id}/door-settings', { params: { path: path() }, body })
    return true
  })
  return { settings, products, save }
}

export async function groupsOf(communityId: string): Promise<{ id: string; name: string }[]> {
  const rows = await answer(
    api.GET('/api/console/communities/{community_id}/user-groups', {
      params: { path: { community_id: Number(communityId) }, query: { pageSize: 100 } },
    }),
  )
  return rows.data.map((row) => ({ id: row.id, name: row.name }))
}
