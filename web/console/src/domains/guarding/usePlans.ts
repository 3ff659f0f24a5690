import { onScopeDispose } from 'vue'
import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type CapturePlan = Schemas['CapturePlanRow']
export type PlanForm = Schemas['CapturePlanForm']
export type WeekDay = Schemas['CaptureDay']['weekDay']

export const WEEK: readonly WeekDay[] = [
  ...(['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY'] as const),
  ...(['FRIDAY', 'SATURDAY', 'SUNDAY'] as const),
]
export const STATE_TONES = {
  ...({ waiting: 'warn', held: 'ok', failed: 'bad' } as const),
  ...({ taken: 'ok', missed: 'bad' } as const),
}
const TIME = /^([01]?\d|2[0-3]):([0-5]\d)$/
const AGAIN_MS = 2_000

/** Times of a day out of what was typed; null: one of them is none. */
export function timesOf(text: string): string[] | null {
  const words = text
    .replaceAll('：', ':')
    .split(/[\s,，、;；]+/)
    .filter(Boolean)
  if (!words.length || words.some((word) => !TIME.test(word))) return null
  return [...new Set(words.map((word) => word.padStart(5, '0')))].sort()
}

const here = (communityId: string | null) => ({ community_id: Number(communityId) })

export const usePlans = (state: ListState, communityId: () => string | null) =>
  useResource(
    () =>
      communityId() === null
        ? Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as CapturePlan[] })
        : answer(
            api.GET('/api/console/communities/{community_id}/capture-plans', {
              params: {
                path: here(communityId()),
                query: { pageNo: state.page.value, pageSize: state.size.value },
              },
            }),
          ),
    [state.page, state.size, communityId],
  )

/** Ask again for a while after something was set going. */
export function useSoon(refresh: () => Promise<unknown>): (seconds: number) => void {
  let timer: ReturnType<typeof setInterval> | undefined
  onScopeDispose(() => clearInterval(timer))
  return (seconds) => {
    clearInterval(timer)
    const until = Date.now() + seconds * 1000
    timer = setInterval(() => {
      if (Date.now() > until) clearInterval(timer)
      void refresh()
    }, AGAIN_MS)
  }
}

export function usePlanActions(communityId: () => string | null) {
  const at = (planId: string) => ({ ...here(communityId()), plan_id: Number(planId) })
  return {
    add: useAction(async (name: string, body: PlanForm) => {
      await api.POST('/api/console/communities/{community_id}/capture-plans', {
        params: { path: here(communityId()) },
        body: { ...body, name },
      })
      return true
    }),
    change: useAction(async (planId: string, body: PlanForm) => {
      await api.PUT('/api/console/communities/{community_id}/capture-plans/{plan_id}', {
        params: { path: at(planId) },
        body,
      })
      return true
    }),
    take: useAction(async (planId: string) => {
      await api.POST('/api/console/communities/{community_id}/capture-plans/{plan_id}/take', {
        params: { path: at(planId) },
      })
      return true
    }),
    remove: useAction(async (planId: string) => {
      await api.DELETE('/api/console/communities/{community_id}/capture-plans/{plan_id}', {
        params: { path: at(planId) },
      })
      return true
    }),
  }
}

/** A plan as its form sends it. */
export const formOf = (plan: CapturePlan): PlanForm => ({
  startDate: plan.startDate,
  endDate: plan.endDate,
  week: plan.week,
  cameras: plan.cameras.map((row) => row.iotId),
  on: plan.on,
})
