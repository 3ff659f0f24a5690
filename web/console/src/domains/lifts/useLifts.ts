import { onScopeDispose } from 'vue'
import { useAction, useResource, type ListState, type Resource, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Lift = Schemas['LiftRow']
export type Car = Schemas['LiftCar']
export type LiftFloor = Schemas['LiftFloor']
export type LiftRule = Schemas['LiftRule']
export type LiftHomeFloor = Schemas['LiftHomeFloor']
export type Wait = Schemas['LiftWait']
export type Run = Schemas['PassageRun']
export type ServiceWish = Required<Schemas['ServiceWish']>
export type HomeWish = Required<Schemas['HomeWish']>
export type CallWish = Required<Schemas['CallWish']>

/** Where cars are comes with every few seconds of their travel. */
const AGAIN_MS = 3000

const of = (iotId: string) => ({ params: { path: { iot_id: iotId } } })
const ARROWS: Record<string, string> = { up: '↑', down: '↓' }

export const arrow = (car: Car): string => ARROWS[car.direction] ?? ''
/** Why a car does not run is told before where it is. */
export const runs = (car: Car): boolean => car.service === 'normal'
export const carTone = (car: Car): Tone =>
  !runs(car)
    ? car.service === 'overload'
      ? 'warn'
      : 'bad'
    : car.motion === 'moving'
      ? 'busy'
      : car.motion === 'stopped'
        ? 'ok'
        : 'idle'

export const useLifts = (state: ListState, communityId: () => string | null) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/lifts', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
              communityId: Number(communityId()) || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters, communityId],
  )

export const useLift = (iotId: () => string) =>
  useResource(() => answer(api.GET('/api/console/lifts/{iot_id}', of(iotId()))), [iotId])

export const useRuns = (iotId: () => string) =>
  useResource(() => answer(api.GET('/api/console/lifts/{iot_id}/runs', of(iotId()))), [iotId])

export const useKept = (iotId: () => string) =>
  useResource(() => answer(api.GET('/api/console/lifts/{iot_id}/rules/kept', of(iotId()))), [iotId])

export const useCompare = (iotId: () => string, reload: () => Promise<unknown>) =>
  useAction(async () => {
    await api.POST('/api/console/lifts/{iot_id}/rules/compare', of(iotId()))
    await reload()
    return true
  })

export const useWaits = (iotId: () => string) =>
  useResource(() => answer(api.GET('/api/console/lifts/{iot_id}/waits', of(iotId()))), [iotId])

/** Ask again while the page is looked at: a car's way is a matter of seconds. */
export function keepFresh(...resources: Resource<unknown>[]): void {
  const timer = setInterval(() => {
    if (!document.hidden) for (const resource of resources) void resource.refresh()
  }, AGAIN_MS)
  onScopeDispose(() => clearInterval(timer))
}

export function useLiftActions(iotId: () => string, reload: () => Promise<unknown>) {
  return {
    read: useAction(async () => {
      await api.POST('/api/console/lifts/{iot_id}/read', of(iotId()))
      await reload()
      return true
    }),
    service: useAction(async (wish: ServiceWish) => {
      await api.POST('/api/console/lifts/{iot_id}/service', { ...of(iotId()), body: wish })
      await reload()
      return true
    }),
    home: useAction(async (wish: HomeWish) => {
      await api.PUT('/api/console/lifts/{iot_id}/home', { ...of(iotId()), body: wish })
      await reload()
      return true
    }),
    call: useAction(async (wish: CallWish) => {
      await api.POST('/api/console/lifts/{iot_id}/call', { ...of(iotId()), body: wish })
      await reload()
      return true
    }),
  }
}
