import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type TariffLine = Schemas['TariffLine']
export type Tariff = Schemas['TariffView']
export type Segment = Required<Schemas['SegmentForm']>
export interface Draft extends Omit<Required<Schemas['TariffForm']>, 'classes'> {
  classes: { vehicleClass: string; plans: { days: Schemas['PlanForm']['days']; segments: Segment[] }[] }[]
}
export type Case = Required<Schemas['CaseForm']>
export type Stay = Required<Schemas['StayForm']>
export type Fee = Schemas['FeeRow']
export type Calendar = Schemas['ParkingCalendar']
export type Comparison = Schemas['TariffComparison']

export const DAY_KINDS = ['workday', 'weekend', 'holiday'] as const
const of = (tariffId: string) => ({ params: { path: { tariff_id: Number(tariffId) } } })
const ofCommunity = (communityId: string) => ({ params: { path: { community_id: Number(communityId) } } })

/** Half an hour free, 5 yuan the first hour, 2 yuan each further half-hour, 30 yuan a day: the commonest there is. */
export const commonDraft = (): Draft => ({
  classes: [{ vehicleClass: '', plans: [{ days: [...DAY_KINDS], segments: [commonSegment()] }] }],
  freeMinutes: 30,
  freeDeducted: false,
  freeOnceADay: false,
  dayBounds: 'calendar',
  dayCapFen: 3000,
  sharedDayCap: true,
  stayCapFen: null,
  leaveMinutes: 15,
})

export const commonSegment = (): Segment => ({
  begins: '00:00',
  ends: '24:00',
  first: { minutes: 60, fen: 500 },
  further: { minutes: 30, fen: 200 },
  capFen: null,
})

export const useTariffs = (state: ListState, communityId: () => string | null) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/parking-tariffs', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              communityId: Number(communityId()) || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, communityId],
  )

export const useTariff = (tariffId: () => string) =>
  useResource(() => answer(api.GET('/api/console/parking-tariffs/{tariff_id}', of(tariffId()))), [tariffId])

export const useCalendar = (communityId: () => string | null) =>
  useResource(() => {
    const id = communityId()
    return id ? answer(api.GET('/api/console/parking-calendars/{community_id}', ofCommunity(id))) : null
  }, [communityId])

export function useTariffActions(reload: () => Promise<unknown>) {
  const after = <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    useAction(async (...args: A) => {
      const done = await act(...args)
      await reload()
      return done
    })
  return {
    create: useAction((communityId: number, name: string, draft: Draft) =>
      answer(api.POST('/api/console/parking-tariffs', { body: { communityId, name, draft } })),
    ),
    save: after(async (tariffId: string, name: string, draft: Draft, cases: Case[]) => {
      await api.PUT('/api/console/parking-tariffs/{tariff_id}', {
        ...of(tariffId),
        body: { name, draft, cases },
      })
      return true
    }),
    publish: after((tariffId: string) =>
      answer(api.POST('/api/console/parking-tariffs/{tariff_id}/publish', of(tariffId))),
    ),
    remove: after(async (tariffId: string) => {
      await api.DELETE('/api/console/parking-tariffs/{tariff_id}', of(tariffId))
      return true
    }),
    attempt: useAction((tariffId: string, draft: Draft, stay: Stay) =>
      answer(
        api.POST('/api/console/parking-tariffs/{tariff_id}/try', { ...of(tariffId), body: { draft, stay } }),
      ),
    ),
    compare: useAction((tariffId: string, draft: Draft) =>
      answer(
        api.POST('/api/console/parking-tariffs/{tariff_id}/compare', { ...of(tariffId), body: { draft } }),
      ),
    ),
    setLots: after(async (tariffId: string, lotIds: number[]) => {
      await api.PUT('/api/console/parking-tariffs/{tariff_id}/lots', { ...of(tariffId), body: { lotIds } })
      return true
    }),
    holdUnpaid: after(async (lotId: number, holdsUnpaid: boolean) => {
      await api.PUT('/api/console/parking-lots/{lot_id}/exits', {
        params: { path: { lot_id: lotId } },
        body: { holdsUnpaid },
      })
      return true
    }),
    setCalendar: useAction(async (communityId: string, body: Calendar) => {
      await api.PUT('/api/console/parking-calendars/{community_id}', { ...ofCommunity(communityId), body })
      return true
    }),
  }
}

export const yuan = (fen: number): string => (fen / 100).toFixed(2)

/** Where drivers pay for their stay in a lot, without log-in. */
export const useDriversPage = (lotId: () => number | null) =>
  useResource(() => {
    const id = lotId()
    return id
      ? answer(
          api.GET('/api/console/parking-lots/{lot_id}/drivers-page', { params: { path: { lot_id: id } } }),
        )
      : null
  }, [lotId])
