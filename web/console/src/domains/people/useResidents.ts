import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ResidentRow = components['schemas']['ResidentRow']
export type ResidentDetail = components['schemas']['ResidentDetail']
export type FormShape = components['schemas']['ResidentFormShape']
export type FormField = components['schemas']['FormField']

/** MEMBER_TYPE and RESIDENT_STATUS of the wire. */
export const MEMBER_TYPES = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const
export const STATUSES = [1, 2, 3, 4] as const
export const WAITING = 2
export const MOVED_OUT = 4
export const LIVES_THERE = 1
/** So many are chosen at once at most: a group takes no more in one go. */
export const MOST_PICKED = 200
export const keyOf = (row: ResidentRow) => `${row.houseId}/${row.identityId}`
export const statusTone = (status: number): Tone =>
  (['idle', 'ok', 'busy', 'bad', 'idle'] as Tone[])[status] ?? 'idle'
/** Fields of the form that take one of numbered choices. */
export const CHOICES: Record<string, readonly number[]> = {
  sex: [1, 2],
  degree: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  marriage: [0, 1, 2],
  politics: [0, 1, 2, 3, 4, 5],
}

const path = (communityId: string) => ({ community_id: Number(communityId) })

/** The filter of the list, as the server takes it. */
export const residentQuery = (state: ListState) => ({
  q: state.filter('q') || undefined,
  status: state.filter('status') ? Number(state.filter('status')) : undefined,
  type: state.filter('type') ? Number(state.filter('type')) : undefined,
  group: state.filter('group') || undefined,
  houseId: state.filter('house') ? Number(state.filter('house')) : undefined,
})

/** Everybody who fits a filter, up to as many as can be chosen at once. */
export function useFittingResidents(communityId: () => string) {
  const PAGE = 100
  return useAction(async (query: Record<string, string | number | undefined>) => {
    const rows: ResidentRow[] = []
    for (let pageNo = 1; rows.length < MOST_PICKED; pageNo += 1) {
      const page = await answer(
        api.GET('/api/console/communities/{community_id}/residents', {
          params: { path: path(communityId()), query: { ...query, pageNo, pageSize: PAGE } },
        }),
      )
      rows.push(...page.data)
      if (page.data.length < PAGE) break
    }
    return rows
  })
}

export function useResidents(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as ResidentRow[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/residents', {
        params: {
          path: path(community),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            ...residentQuery(state),
            sort: state.sort.value || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.sort, state.filters, communityId])
}

/** What the community asks of its residents. */
export function useFormShape(communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return null
    return answer(
      api.GET('/api/console/communities/{community_id}/resident-fields', {
        params: { path: path(community) },
      }),
    )
  }, [communityId])
}

export function useFormChanges(communityId: () => string) {
  const at = () => ({ params: { path: path(communityId()) } })
  const fieldPath = (name: string) => ({ params: { path: { ...path(communityId()), name } } })
  const arrange = useAction((fields: components['schemas']['FieldChoice'][]) =>
    answer(api.PUT('/api/console/communities/{community_id}/resident-fields', { ...at(), body: { fields } })),
  )
  const add = useAction((body: components['schemas']['NewCustomField']) =>
    answer(api.POST('/api/console/communities/{community_id}/resident-fields/custom', { ...at(), body })),
  )
  const change = useAction((name: string, body: components['schemas']['CustomField']) =>
    answer(
      api.PUT('/api/console/communities/{community_id}/resident-fields/custom/{name}', {
        ...fieldPath(name),
        body,
      }),
    ),
  )
  const remove = useAction((name: string) =>
    answer(
      api.DELETE('/api/console/communities/{community_id}/resident-fields/custom/{name}', fieldPath(name)),
    ),
  )
  const review = useAction((needsReview: boolean) =>
    answer(
      api.PUT('/api/console/communities/{community_id}/resident-fields/review', {
        ...at(),
        body: { needsReview },
      }),
    ),
  )
  return { arrange, add, change, remove, review }
}

export function useResidentChanges(communityId: () => string) {
  const add = useAction((body: components['schemas']['NewResident']) =>
    answer(
      api.POST('/api/console/communities/{community_id}/residents', {
        params: { path: path(communityId()) },
        body,
      }),
    ),
  )
  const moveOut = useAction((houseId: string, identityId: string, reason: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/residents/move-out', {
        params: { path: path(communityId()) },
        body: { houseId: Number(houseId), identityId, reason },
      }),
    ),
  )
  return { add, moveOut }
}

/** One resident, and what the desk may do about them. */
export function useResident(communityId: () => string, identityId: () => string) {
  const of = () => ({ params: { path: { ...path(communityId()), identity_id: identityId() } } })
  const detail = useResource(
    () => answer(api.GET('/api/console/communities/{community_id}/residents/{identity_id}', of())),
    [identityId],
  )
  const save = useAction((body: components['schemas']['ResidentChange']) =>
    answer(api.PUT('/api/console/communities/{community_id}/residents/{identity_id}', { ...of(), body })),
  )
  const reveal = useAction(() =>
    answer(api.POST('/api/console/communities/{community_id}/residents/{identity_id}/reveal', of())),
  )
  const approve = useAction(async (houseId: string) => {
    await api.POST('/api/console/communities/{community_id}/residents/{identity_id}/approve', {
      ...of(),
      body: { houseId: Number(houseId) },
    })
    return true
  })
  const reject = useAction(async (houseId: string, comment: string) => {
    await api.POST('/api/console/communities/{community_id}/residents/{identity_id}/reject', {
      ...of(),
      body: { houseId: Number(houseId), comment },
    })
    return true
  })
  const rights = useAction((houseId: string) =>
    answer(
      api.GET('/api/console/communities/{community_id}/residents/{identity_id}/rights', {
        params: { ...of().params, query: { houseId: Number(houseId) } },
      }),
    ),
  )
  return { detail, save, reveal, approve, reject, rights }
}

export type Twins = components['schemas']['Twins']

export function useDuplicates(communityId: () => string) {
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/duplicates', {
          params: { path: path(communityId()) },
        }),
      ),
    [communityId],
  )
  const merge = useAction((keep: string, drop: string) =>
    answer(
      api.POST('/api/console/communities/{community_id}/duplicates/merge', {
        params: { path: path(communityId()) },
        body: { keep, drop },
      }),
    ),
  )
  return { list, merge }
}
