import { computed, reactive, ref, watch } from 'vue'
import { useAction, useResource } from '@linli/shared/phone'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type HomeCalls = components['schemas']['HomeCalls']
export type Quiet = components['schemas']['Quiet']
type LadderStep = components['schemas']['LadderStep']

export interface Hours {
  on: boolean
  from: string
  to: string
  silent: boolean
}

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
function minute(text: string): number {
  const [hour, rest] = text.split(':').map(Number)
  return (hour ?? 0) * 60 + (rest ?? 0)
}
const shown = (hours: Quiet | null): Hours => ({
  on: hours !== null,
  from: hours ? clock(hours.fromMinute) : '22:00',
  to: hours ? clock(hours.toMinute) : '07:00',
  silent: hours?.manner === 'silent',
})
const sent = (hours: Hours, before: Quiet | null): Quiet | null =>
  hours.on
    ? {
        fromMinute: minute(hours.from),
        toMinute: minute(hours.to),
        days: before?.days ?? 127,
        manner: hours.silent ? 'silent' : 'skip',
      }
    : null

/** How a home wants to be called; `form` is what of it is saved together. */
export function useCallSettings(houseId: () => string) {
  const path = () => ({ house_id: Number(houseId()) })
  const settings = useResource(
    () => answer(api.GET('/api/resident/houses/{house_id}/call-settings', { params: { path: path() } })),
    [houseId],
  )
  const form = reactive({
    steps: [] as LadderStep[],
    home: shown(null),
    mine: shown(null),
    strict: false,
    hidden: false,
    telephone: false,
    messages: false,
  })
  watch(settings.data, (values) => {
    if (!values) return
    form.steps = values.steps.map((step) => ({ ...step }))
    form.home = shown(values.quiet)
    form.mine = shown(values.myQuiet)
    form.strict = values.strictQuiet
    form.hidden = values.logHidden
    form.telephone = values.myTelephone
    form.messages = values.messages
  })
  const helps = useAction(async (on: boolean) => {
    await api.PUT('/api/resident/houses/{house_id}/duress', { params: { path: path() }, body: { on } })
    await settings.refresh()
    return true
  })
  const save = useAction(async () => {
    const body = {
      steps: form.steps,
      quiet: sent(form.home, settings.data.value?.quiet ?? null),
      myQuiet: sent(form.mine, settings.data.value?.myQuiet ?? null),
      strictQuiet: form.strict,
      logHidden: form.hidden,
      myTelephone: settings.data.value?.callsTelephones ? form.telephone : null,
      messages: form.messages,
    }
    await api.PUT('/api/resident/houses/{house_id}/call-settings', { params: { path: path() }, body })
    await settings.reload()
    return true
  })
  const room = ref('')
  const ask = useAction(async (wanted: string) => {
    const body = { room: wanted }
    await api.PUT('/api/resident/houses/{house_id}/call-neighbour', { params: { path: path() }, body })
    room.value = ''
    await settings.reload()
    return true
  })
  const agree = useAction(async (asking: string, agreed: boolean) => {
    await api.PUT('/api/resident/houses/{house_id}/call-neighbour/{asking_id}', {
      params: { path: { ...path(), asking_id: Number(asking) } },
      body: { agreed },
    })
    await settings.reload()
    return true
  })
  const auto = reactive({ minutes: 15, times: 1 })
  const open = useAction(async () => {
    const body = { minutes: Number(auto.minutes), times: Number(auto.times) }
    await api.POST('/api/resident/houses/{house_id}/auto-open', { params: { path: path() }, body })
    await settings.reload()
    return true
  })
  const close = useAction(async () => {
    await api.DELETE('/api/resident/houses/{house_id}/auto-open', { params: { path: path() } })
    await settings.reload()
    return true
  })
  const problem = computed(
    () =>
      save.problem.value ??
      ask.problem.value ??
      agree.problem.value ??
      open.problem.value ??
      close.problem.value ??
      helps.problem.value,
  )
  return { settings, helps, form, save, room, ask, agree, auto, open, close, problem }
}
