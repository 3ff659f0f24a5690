import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Robot = Schemas['RobotRow']
export type RobotSession = Schemas['RideRow']
export type RobotLift = Schemas['RobotLift']
export type RobotForm = Required<Schemas['RobotWish']>

export const KINDS = ['robot', 'mover', 'wheelchair'] as const
const of = (robotId: string) => ({ params: { path: { robot_id: Number(robotId) } } })
const TONES: Record<string, Tone> = { done: 'ok', ended: 'warn', refused: 'bad', waiting: 'idle' }
export const sessionTone = (state: string): Tone => TONES[state] ?? 'busy'

export const useRobots = (state: ListState, communityId: () => string | null) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/lift-robots', {
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

export const useRobotChoices = (communityId: () => number) =>
  useResource(
    () =>
      communityId()
        ? answer(
            api.GET('/api/console/lift-robots/choices', {
              params: { query: { communityId: communityId() } },
            }),
          )
        : null,
    [communityId],
  )

export const useSessions = (robotId: () => string) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/lift-robots/{robot_id}/sessions', {
          params: { path: { robot_id: Number(robotId()) }, query: { pageNo: 1, pageSize: 50 } },
        }),
      ),
    [robotId],
  )

/** Host and ports of MQTT, for who may read them. */
export const useRobotEntry = (may: () => boolean) =>
  useResource(() => (may() ? answer(api.GET('/api/console/device-entry')) : null), [may])

/** What the form says of a robot that is there. */
export const formOf = (row: Robot): RobotForm => ({
  name: row.name,
  kind: row.kind,
  zones: row.zones.map((zone) => ({
    iotId: zone.iotId,
    car: zone.car,
    floors: [...zone.floors],
    mostKg: zone.mostKg,
  })),
  hours: row.hours,
  priority: row.priority,
  enabled: row.enabled,
})

export function useRobotActions(reload: () => Promise<unknown>) {
  const after = <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    useAction(async (...args: A) => {
      const done = await act(...args)
      await reload()
      return done
    })
  return {
    create: after((communityId: number, form: RobotForm) =>
      answer(api.POST('/api/console/lift-robots', { body: { ...form, communityId } })),
    ),
    change: after(async (robotId: string, form: RobotForm) => {
      await api.PUT('/api/console/lift-robots/{robot_id}', { ...of(robotId), body: form })
      return true
    }),
    renew: after((robotId: string) =>
      answer(api.POST('/api/console/lift-robots/{robot_id}/key', of(robotId))),
    ),
    revoke: after(async (robotId: string) => {
      await api.DELETE('/api/console/lift-robots/{robot_id}/key', of(robotId))
      return true
    }),
    remove: after(async (robotId: string) => {
      await api.DELETE('/api/console/lift-robots/{robot_id}', of(robotId))
      return true
    }),
  }
}
