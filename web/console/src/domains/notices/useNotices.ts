import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type NoticeRow = components['schemas']['NoticeListRow']
export type NoticeFull = components['schemas']['NoticeFull']
export type NoticeForm = components['schemas']['NoticeForm']

export const STATES = ['published', 'scheduled', 'draft', 'deleted'] as const
/** NOTICE_TYPE of the wire; those that other functions send by themselves are not written by hand. */
export const TYPES = [6, 1, 7, 8, 9, 2, 3, 4, 5] as const
export const WRITTEN_TYPES = [6, 1, 7, 8, 9] as const
export const GROUPS_MAX = 5
export const TITLE_MAX = 20
export const TEXT_MAX = 1000
/** Bits of PUBLISH_TYPE. */
export const ON_PHONES = 3
export const ON_SPEAKERS = 4

/** How many residents a notice to these spaces would reach; to none: to the whole community. */
export const useWouldReach = (communityId: () => string | null, spaceIds: () => string[]) =>
  useResource(() => {
    const id = communityId()
    return id
      ? answer(
          api.POST('/api/console/communities/{community_id}/notices/reach', {
            params: { path: { community_id: Number(id) } },
            body: { spaceIds: spaceIds().map(Number) },
          }),
        )
      : null
  }, [communityId, () => spaceIds().join()])

/** Where a notice goes, in words. `t` is vue-i18n's. */
export function targetsOf(row: NoticeRow, t: (key: string) => string): string {
  if (!row.targets.length) return t('notices.everybody')
  return row.targets
    .map((target) =>
      target.kind ? `${t(`people.spaces.kind.${target.kind}`)} ${target.name}` : t('notices.gone'),
    )
    .join(t('notices.and'))
}

export const shownState = (row: NoticeRow): string => (row.deletedMs ? 'deleted' : row.state)
export const noticeTone = (state: string): Tone =>
  (({ published: 'ok', scheduled: 'busy', draft: 'idle', deleted: 'bad' }) as Record<string, Tone>)[state] ??
  'idle'

const here = (communityId: string) => ({ community_id: Number(communityId) })
const noticePath = (communityId: string, id: string) => ({ ...here(communityId), notice_id: Number(id) })

export function useNotices(state: ListState, communityId: () => string | null) {
  return useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as NoticeRow[] })
    return answer(
      api.GET('/api/console/communities/{community_id}/notices', {
        params: {
          path: here(community),
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            q: state.filter('q') || undefined,
            state: state.filter('state') || undefined,
            type: state.filter('type') ? Number(state.filter('type')) : undefined,
            sort: state.sort.value || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.sort, state.filters, communityId])
}

export function useNotice(communityId: () => string | null, id: () => string | null) {
  return useResource(() => {
    const [community, notice] = [communityId(), id()]
    if (!community || !notice) return null
    return answer(
      api.GET('/api/console/communities/{community_id}/notices/{notice_id}', {
        params: { path: noticePath(community, notice) },
      }),
    )
  }, [communityId, id])
}

export function useReads(communityId: () => string, id: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/notices/{notice_id}/reads', {
          params: { path: noticePath(communityId(), id()) },
        }),
      ),
    [communityId, id],
  )
}

export function useNoticeChanges(communityId: () => string) {
  const path = (id: string) => ({ path: noticePath(communityId(), id) })
  const save = useAction((id: string | null, body: NoticeForm) =>
    id
      ? answer(
          api.PUT('/api/console/communities/{community_id}/notices/{notice_id}', { params: path(id), body }),
        )
      : answer(
          api.POST('/api/console/communities/{community_id}/notices', {
            params: { path: here(communityId()) },
            body,
          }),
        ),
  )
  const publish = useAction(async (id: string, atMs: number | null) => {
    await api.POST('/api/console/communities/{community_id}/notices/{notice_id}/publish', {
      params: path(id),
      body: { atMs },
    })
    return true
  })
  const withdraw = useAction(async (id: string) => {
    await api.POST('/api/console/communities/{community_id}/notices/{notice_id}/withdraw', {
      params: path(id),
    })
    return true
  })
  const pin = useAction(async (id: string, isTop: boolean) => {
    await api.PUT('/api/console/communities/{community_id}/notices/{notice_id}/top', {
      params: path(id),
      body: { isTop },
    })
    return true
  })
  const remove = useAction(async (id: string) => {
    await api.DELETE('/api/console/communities/{community_id}/notices/{notice_id}', { params: path(id) })
    return true
  })
  const restore = useAction(async (id: string) => {
    await api.POST('/api/console/communities/{community_id}/notices/{notice_id}/restore', {
      params: path(id),
    })
    return true
  })
  const upload = useAction((file: File) => {
    const form = new FormData()
    form.append('file', file)
    return answer(
      api.POST('/api/console/communities/{community_id}/notices/pictures', {
        params: { path: here(communityId()) },
        body: { file: file.name },
        bodySerializer: () => form,
      }),
    )
  })
  return { save, publish, withdraw, pin, remove, restore, upload }
}
