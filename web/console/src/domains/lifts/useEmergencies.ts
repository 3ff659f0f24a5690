import { useAction, useResource, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Emergency = Schemas['LiftEmergency']
export type HomewardCar = Schemas['HomewardCar']
export type EmergencyWish = Required<Schemas['EmergencyWish']>

const TONES: Record<string, Tone> = { home: 'ok', sent: 'busy', waiting: 'idle' }
export const homewardTone = (car: HomewardCar): Tone => TONES[car.result] ?? 'bad'

export const useEmergencies = (communityId: () => string | null) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/lift-emergencies', {
          params: {
            query: { pageNo: 1, pageSize: 20, communityId: Number(communityId()) || undefined },
          },
        }),
      ),
    [communityId],
  )

export const usePreview = (communityId: () => string, spaceId: () => string | null) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/lift-emergencies/preview', {
          params: {
            query: { communityId: Number(communityId()), spaceId: Number(spaceId()) || undefined },
          },
        }),
      ),
    [communityId, spaceId],
  )

export function useEmergencyActions(reload: () => Promise<unknown>) {
  const of = (id: string) => ({ params: { path: { emergency_id: Number(id) } } })
  return {
    declare: useAction(async (wish: EmergencyWish) => {
      await api.POST('/api/console/lift-emergencies', { body: wish })
      await reload()
      return true
    }),
    sendAgain: useAction(async (id: string) => {
      await api.POST('/api/console/lift-emergencies/{emergency_id}/send-again', of(id))
      await reload()
      return true
    }),
    end: useAction(async (id: string) => {
      await api.POST('/api/console/lift-emergencies/{emergency_id}/end', of(id))
      await reload()
      return true
    }),
  }
}
