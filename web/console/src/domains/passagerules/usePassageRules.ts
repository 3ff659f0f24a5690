import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type PassageRule = Schemas['PassageRuleRow']
export type PassageForm = Required<Schemas['NewPassageRule']>

const of = (ruleId: string) => ({ params: { path: { rule_id: Number(ruleId) } } })
const TONES: Record<string, Tone> = { held: 'ok', waiting: 'busy', broken: 'bad', off: 'idle' }
export const ruleTone = (state: string): Tone => TONES[state] ?? 'idle'

export const usePassageRules = (state: ListState) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/edge/passage-rules', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
              gatewayId: Number(state.filter('gateway')) || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )

export const usePassageChoices = (gatewayId: () => string) =>
  useResource(
    () =>
      gatewayId()
        ? answer(
            api.GET('/api/console/edge/passage-rules/choices', {
              params: { query: { gatewayId: Number(gatewayId()) } },
            }),
          )
        : null,
    [gatewayId],
  )

export const usePassageRuns = (ruleId: () => string) =>
  useResource(() => answer(api.GET('/api/console/edge/passage-rules/{rule_id}/runs', of(ruleId()))), [ruleId])

/** What the form says of a rule that is there. */
export const formOf = (row: PassageRule): PassageForm => ({
  gatewayId: row.gatewayId,
  name: row.name,
  doorId: row.doorId,
  liftId: row.liftId,
  startFloor: row.startFloor,
  startRoom: row.startRoom,
  elevator: row.elevator,
  delaySeconds: row.delaySeconds,
  release: row.release,
  unitId: row.unitId,
  floors: { ...row.floors },
  enabled: row.enabled,
})

export function usePassageActions(reload: () => Promise<unknown>) {
  const after = <A extends unknown[]>(act: (...args: A) => Promise<unknown>) =>
    useAction(async (...args: A) => {
      await act(...args)
      await reload()
      return true
    })
  return {
    create: after((form: PassageForm) => answer(api.POST('/api/console/edge/passage-rules', { body: form }))),
    change: after((ruleId: string, form: PassageForm) => {
      const body: Schemas['PassageRuleForm'] = { ...form }
      return api.PUT('/api/console/edge/passage-rules/{rule_id}', { ...of(ruleId), body })
    }),
    remove: after((ruleId: string) => api.DELETE('/api/console/edge/passage-rules/{rule_id}', of(ruleId))),
  }
}
