import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAction, useFormat, type ListState, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type SubjectRow = components['schemas']['SubjectRow']
export type EverybodysLimit = components['schemas']['EverybodysLimit']
export type MethodAllowance = components['schemas']['MethodAllowance']
export type LimitForm = components['schemas']['LimitForm']
export type LimitChange = components['schemas']['LimitChange']

/** A limit to be set, with what holds and what was set for it alone. */
export interface Editing {
  title: string
  target: Pick<LimitForm, 'kind' | 'subject' | 'path'>
  /** Of these alone a limit can be set here. */
  spans: readonly ('second' | 'day')[]
  setPerSecond: number | null
  setPerDay: number | null
}

type Where = 'own' | 'refused'

export function useSubjects(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/call-limits', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              kind: state.filter('kind') === 'company' ? 'company' : 'key',
              q: state.filter('q') || undefined,
              state: (state.filter('state') as Where) || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

export function useEverybodys() {
  return useResource(() => answer(api.GET('/api/console/call-limits/everybody')))
}

/** Sets limits and takes the last change back. `done` loads again what pages show. */
export function useSetLimit(done: () => Promise<unknown>) {
  const last = ref<{ id: string; text: string } | null>(null)
  const set = useAction(async (form: LimitForm, text: string) => {
    const { changeId } = await answer(api.PUT('/api/console/call-limits', { body: form }))
    last.value = changeId ? { id: changeId, text } : null
    await done()
    return true
  })
  const undo = useAction(async (id: string) => {
    await api.POST('/api/console/call-limits/history/{change_no}/restore', {
      params: { path: { change_no: Number(id) } },
    })
    last.value = null
    await done()
    return true
  })
  return { set, undo, last }
}

/** Limits as people read them. */
export function useLimitWords() {
  const { t } = useI18n()
  const format = useFormat()
  const number = (value: number | null | undefined) =>
    value ? format.number(value) : t('calllimits.unlimited')
  /** What was set at one place: a number, no limit, or nothing. */
  const set = (value: number | null | undefined) =>
    value === null || value === undefined ? t('calllimits.asWider') : number(value)
  return { number, set }
}
