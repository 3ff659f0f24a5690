import { onScopeDispose, watch } from 'vue'
import { useAction, useResource, type ListState, type Resource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { clockOf, runsOf, weekOf, type Hours } from '@/domains/doors/hours'

type Schemas = components['schemas']
export type ArmingPlan = Schemas['ArmingPlan']
export type FaceLibrary = Schemas['FaceLibrary']
export type LibraryForm = Schemas['LibraryForm']
export type LibraryFace = Schemas['LibraryFace']
export type CaptureRow = Schemas['CaptureRow']
export type SightingRow = Schemas['SightingRow']
export type PhotoMatches = Schemas['PhotoMatches']
export type ViewRow = Schemas['ViewRow']

export const LIBRARY_TYPES = [1, 2, 3, 4, 100] as const
export const DAY_MS = 86_400_000
export const TONES = { waiting: 'warn', held: 'ok', failed: 'bad', unserved: 'bad' } as const
const NAMES = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']

interface Slot {
  time: string
  interval?: number
}
interface Day {
  weekDay: string
  timeSlot: Slot[]
  bindGroup?: { groupId: string }[]
}

/** The week in the source's form: both minutes of a slot are inside. Always is every day from 00:00 to 23:59. */
export function dayRules(hours: Hours | null, interval: number, libraries: readonly string[]): Day[] {
  const always = [{ days: [1, 2, 3, 4, 5, 6, 7], start: '00:00', end: '24:00' }]
  return weekOf(hours?.weeks ?? always)
    .map((day, index) => ({
      weekDay: NAMES[index]!,
      timeSlot: runsOf(day).map(([start, end]) => ({
        time: `${clockOf(start)}-${clockOf(end - 1)}`,
        interval,
      })),
      ...(libraries.length ? { bindGroup: libraries.map((groupId) => ({ groupId })) } : {}),
    }))
    .filter((day) => day.timeSlot.length)
}

/** The other way round; null: always. */
export function hoursOfRules(week: readonly unknown[]): Hours | null {
  const weeks = (week as Day[]).flatMap((day) =>
    day.timeSlot.map((slot) => {
      const [start = '00:00', end = '23:59'] = slot.time.split('-')
      const [hour = 0, minute = 0] = end.split(':').map(Number)
      return {
        days: [NAMES.indexOf(day.weekDay) + 1],
        start: start.padStart(5, '0'),
        end: clockOf(Math.min(hour * 60 + minute + 1, 1440)),
      }
    }),
  )
  const whole = weeks.length === 7 && weeks.every((row) => row.start === '00:00' && row.end === '24:00')
  return whole ? null : { weeks }
}
export const intervalOf = (week: readonly unknown[]) => (week as Day[])[0]?.timeSlot[0]?.interval ?? 60
export const librariesOf = (week: readonly unknown[]) => [
  ...new Set((week as Day[]).flatMap((day) => (day.bindGroup ?? []).map((each) => each.groupId))),
]

const AGAIN_MS = 2_000

/** Ask again while something is on its way to a camera. */
export function useUntilSettled<R extends { state: string }>(list: Resource<{ data: R[] }>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(list.data, (page) => {
    clearTimeout(timer)
    if (page?.data.some((row) => row.state === 'waiting')) {
      timer = setTimeout(() => void list.refresh(), AGAIN_MS)
    }
  })
  onScopeDispose(() => clearTimeout(timer))
}

const none = <R>() => Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as R[] })
const here = (communityId: string | null) => ({ community_id: Number(communityId) })
const paging = (state: ListState) => ({ pageNo: state.page.value, pageSize: state.size.value })

export const useCameraChoices = (communityId: () => string | null) =>
  useResource(
    () =>
      communityId() === null
        ? null
        : answer(
            api.GET('/api/console/communities/{community_id}/cameras', {
              params: { path: here(communityId()), query: { pageSize: 100 } },
            }),
          ),
    [communityId],
  )

export const useArming = (state: ListState, communityId: () => string | null) =>
  useResource(
    () =>
      communityId() === null
        ? none<ArmingPlan>()
        : answer(
            api.GET('/api/console/communities/{community_id}/security-rules', {
              params: {
                path: here(communityId()),
                query: { ...paging(state), iotId: state.filter('camera') || undefined },
              },
            }),
          ),
    [state.page, state.size, state.filters, communityId],
  )

export const useLibraries = (state: ListState | null, communityId: () => string | null) =>
  useResource(
    () =>
      communityId() === null
        ? none<FaceLibrary>()
        : answer(
            api.GET('/api/console/communities/{community_id}/security-libraries', {
              params: {
                path: here(communityId()),
                query: state
                  ? { ...paging(state), iotId: state.filter('camera') || undefined }
                  : { pageSize: 100 },
              },
            }),
          ),
    state ? [state.page, state.size, state.filters, communityId] : [communityId],
  )

export const useLibraryFaces = (
  communityId: () => string | null,
  libraryId: () => string,
  page: () => number,
  q: () => string,
) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/security-libraries/{library_id}/faces', {
          params: {
            path: { ...here(communityId()), library_id: Number(libraryId()) },
            query: { pageNo: page(), pageSize: 20, q: q() || undefined },
          },
        }),
      ),
    [communityId, libraryId, page, q],
  )

export const useCaptures = (state: ListState, communityId: () => string | null) =>
  useResource(
    () =>
      communityId() === null
        ? none<CaptureRow>()
        : answer(
            api.GET('/api/console/communities/{community_id}/security-captures', {
              params: {
                path: here(communityId()),
                query: { ...paging(state), iotId: state.filter('camera') || undefined },
              },
            }),
          ),
    [state.page, state.size, state.filters, communityId],
  )

export const useViews = (state: ListState, communityId: () => string | null) =>
  useResource(
    () =>
      communityId() === null
        ? none<ViewRow>()
        : answer(
            api.GET('/api/console/communities/{community_id}/security-views', {
              params: { path: here(communityId()), query: paging(state) },
            }),
          ),
    [state.page, state.size, communityId],
  )

/** JPEG bytes that a page made, as a file to send. */
export function fileOf(base64: string, name: string): File {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  return new File([bytes], name, { type: 'image/jpeg' })
}

export function useArmingActions(communityId: () => string | null) {
  const set = useAction(async (iotId: string, kind: number, week: Day[]) => {
    await api.PUT('/api/console/communities/{community_id}/security-rules/{iot_id}/{kind}', {
      params: { path: { ...here(communityId()), iot_id: iotId, kind } },
      body: { week: week as unknown as Record<string, unknown>[] },
    })
    return true
  })
  return { set }
}

export function useLibraryActions(communityId: () => string | null) {
  const at = (libraryId: string) => ({ ...here(communityId()), library_id: Number(libraryId) })
  return {
    create: useAction((iotId: string, body: LibraryForm) =>
      answer(
        api.POST('/api/console/communities/{community_id}/security-libraries', {
          params: { path: here(communityId()) },
          body: { ...body, iotId },
        }),
      ),
    ),
    change: useAction(async (id: string, body: LibraryForm) => {
      await api.PUT('/api/console/communities/{community_id}/security-libraries/{library_id}', {
        params: { path: at(id) },
        body,
      })
      return true
    }),
    remove: useAction(async (id: string) => {
      await api.DELETE('/api/console/communities/{community_id}/security-libraries/{library_id}', {
        params: { path: at(id) },
      })
      return true
    }),
    again: useAction(async (id: string) => {
      await api.POST('/api/console/communities/{community_id}/security-libraries/{library_id}/again', {
        params: { path: at(id) },
      })
      return true
    }),
    addFace: useAction(async (id: string, name: string, picture: string) => {
      const form = new FormData()
      form.append('file', fileOf(picture, 'face.jpg'))
      form.append('name', name)
      return answer(
        api.POST('/api/console/communities/{community_id}/security-libraries/{library_id}/faces', {
          params: { path: at(id) },
          body: { file: 'face.jpg', name },
          bodySerializer: () => form,
        }),
      )
    }),
    showFace: useAction((id: string, faceId: string) =>
      answer(
        api.GET(
          '/api/console/communities/{community_id}/security-libraries/{library_id}/faces/{face_id}/picture',
          { params: { path: { ...at(id), face_id: Number(faceId) } } },
        ),
      ),
    ),
    removeFace: useAction(async (id: string, faceId: string) => {
      await api.DELETE(
        '/api/console/communities/{community_id}/security-libraries/{library_id}/faces/{face_id}',
        { params: { path: { ...at(id), face_id: Number(faceId) } } },
      )
      return true
    }),
  }
}

export function useCaptureActions(communityId: () => string | null) {
  return {
    show: useAction((id: string) =>
      answer(
        api.GET('/api/console/communities/{community_id}/security-captures/{capture_id}/picture', {
          params: { path: { ...here(communityId()), capture_id: Number(id) } },
        }),
      ),
    ),
    search: useAction(
      (picture: string, asked: { reason: string; beginMs: number; endMs: number; likeness: number }) => {
        const form = new FormData()
        form.append('file', fileOf(picture, 'photo.jpg'))
        for (const [name, value] of Object.entries(asked)) form.append(name, String(value))
        return answer(
          api.POST('/api/console/communities/{community_id}/security-captures/search', {
            params: { path: here(communityId()) },
            body: { file: 'photo.jpg', ...asked },
            bodySerializer: () => form,
          }),
        )
      },
    ),
    scene: useAction((sceneId: string) =>
      answer(
        api.POST('/api/console/communities/{community_id}/security-captures/scene', {
          params: { path: here(communityId()) },
          body: { sceneId },
        }),
      ),
    ),
  }
}
