import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Stay = Schemas['StayLine']
export type StayView = Schemas['StayView']
export type Lot = Schemas['LotLine']
export type Method = 'cash' | 'waived'

export const STATES = ['inside', 'left', 'orphan', 'lost', 'ended'] as const
export type StateFilter = (typeof STATES)[number]
const TONES: Record<string, Tone> = { inside: 'busy', left: 'ok', lost: 'warn', ended: 'idle' }
export const toneOf = (row: Stay): Tone =>
  row.dueFen && row.state === 'left' ? 'bad' : (TONES[row.state] ?? 'idle')
/** Its state in words. */
export const stateText = (t: (key: string) => string, row: Stay): string => {
  if (row.isOrphan) return t('stays.noEntry')
  return row.dueFen && row.state === 'left' ? t('stays.unpaid') : t(`stays.states.${row.state}`)
}
const of = (stayId: string) => ({ params: { path: { stay_id: Number(stayId) } } })

export const useStays = (state: ListState, communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    if (!community) return Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as Stay[] })
    return answer(
      api.GET('/api/console/parking-stays', {
        params: {
          query: {
            pageNo: state.page.value,
            pageSize: state.size.value,
            communityId: Number(community),
            state: (state.filter('state') || undefined) as StateFilter | undefined,
            lotId: Number(state.filter('lot')) || undefined,
            plate: state.filter('q') || undefined,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId])

export const useLots = (communityId: () => string | null) =>
  useResource(() => {
    const community = communityId()
    return community
      ? answer(
          api.GET('/api/console/parking-lots', { params: { query: { communityId: Number(community) } } }),
        )
      : null
  }, [communityId])

export const useSetCapacity = () =>
  useAction(async (lotId: number, capacity: number | null) => {
    await api.PUT('/api/console/parking-lots/{lot_id}/capacity', {
      params: { path: { lot_id: lotId } },
      body: { capacity },
    })
    return true
  })

export const useStay = (stayId: () => string | null) =>
  useResource(() => {
    const id = stayId()
    return id ? answer(api.GET('/api/console/parking-stays/{stay_id}', of(id))) : null
  }, [stayId])

/** Vehicles inside that an exit without its entry may be of. */
export const useCandidates = (stayId: () => string | null) =>
  useResource(() => {
    const id = stayId()
    return id ? answer(api.GET('/api/console/parking-stays/{stay_id}/candidates', of(id))) : null
  }, [stayId])

export function useStayActions(reload: () => Promise<unknown>) {
  const after = <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    useAction(async (...args: A) => {
      const done = await act(...args)
      await reload()
      return done
    })
  return {
    pay: after(async (stayId: string, fen: number, reason: string) => {
      const body = { fen, reason }
      await api.POST('/api/console/parking-stays/{stay_id}/payments', { ...of(stayId), body })
      return true
    }),
    waive: after(async (stayId: string, fen: number, reason: string) => {
      await api.POST('/api/console/parking-stays/{stay_id}/waivers', { ...of(stayId), body: { fen, reason } })
      return true
    }),
    end: after(async (stayId: string, reason: string) => {
      await api.POST('/api/console/parking-stays/{stay_id}/end', { ...of(stayId), body: { reason } })
      return true
    }),
    join: after((stayId: string, to: string) =>
      answer(api.POST('/api/console/parking-stays/{stay_id}/join', { ...of(stayId), body: { stayId: to } })),
    ),
    separate: after((stayId: string) =>
      answer(api.POST('/api/console/parking-stays/{stay_id}/separate', of(stayId))),
    ),
    correct: after((stayId: string, plate: string, reason: string) =>
      answer(
        api.PUT('/api/console/parking-stays/{stay_id}/plate', { ...of(stayId), body: { plate, reason } }),
      ),
    ),
  }
}

/** Cash that goes back out of the till of who is signed in. */
export const useCashRefund = () =>
  useAction(async (stayId: string, fen: number, reason: string) => {
    await api.POST('/api/console/parking-stays/{stay_id}/cash-refunds', {
      ...of(stayId),
      body: { fen, reason },
    })
    return true
  })

const HOUR_MS = 3_600_000
/** Cars inside whose ticket is a phone, of so many hours. */
export const useCarsWithoutPlate = (communityId: () => string, hours: () => number) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/parking-cars-without-plate', {
          params: { query: { communityId: Number(communityId()), sinceMs: Date.now() - hours() * HOUR_MS } },
        }),
      ),
    [communityId, hours],
  )

export const useExitOfCar = (reload: () => Promise<unknown>) =>
  useAction(async (stayId: string, laneId: string, reason: string) => {
    await api.POST('/api/console/parking-cars-without-plate/{stay_id}/exit', {
      ...of(stayId),
      body: { laneId, reason },
    })
    await reload()
    return true
  })
