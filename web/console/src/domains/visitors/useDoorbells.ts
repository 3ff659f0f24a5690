import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Doorbell = components['schemas']['DoorbellRow']
type DoorbellIn = components['schemas']['DoorbellIn']

/** What the form says of a doorbell: hours as clock times, or the whole day. */
export interface DoorbellForm {
  name: string
  iotId: string
  spaceId: string | null
  isOn: boolean
  hours: boolean
  from: string
  to: string
}

export const emptyForm = (): DoorbellForm => ({
  name: '',
  iotId: '',
  spaceId: null,
  isOn: true,
  hours: false,
  from: '07:00',
  to: '22:00',
})

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

export function formOf(row: Doorbell): DoorbellForm {
  const hours = row.fromMinute !== row.toMinute
  const usual = emptyForm()
  return {
    name: row.name,
    iotId: row.iotId,
    spaceId: row.spaceId ?? null,
    isOn: row.isOn,
    hours,
    from: hours ? clock(row.fromMinute) : usual.from,
    to: hours ? clock(row.toMinute) : usual.to,
  }
}

function bodyOf(form: DoorbellForm, days: number): DoorbellIn {
  return {
    name: form.name,
    iotId: form.iotId,
    // Numbers of places exceed what a JavaScript number holds: they travel as they came.
    spaceId: (form.spaceId ?? null) as never,
    isOn: form.isOn,
    fromMinute: form.hours ? minutes(form.from) : 0,
    toMinute: form.hours ? minutes(form.to) : 0,
    days,
  }
}
const ALL_DAYS = 127
export const hoursOf = (row: Doorbell) =>
  row.fromMinute === row.toMinute ? '' : `${clock(row.fromMinute)}–${clock(row.toMinute)}`

/** The doorbells of a community: printed codes at entrances. */
export function useDoorbells(communityId: () => string) {
  const here = () => ({ community_id: Number(communityId()) })
  const bell = (id: string) => ({ params: { path: { ...here(), bell_id: id as never } } })
  const bells = useResource(
    () => answer(api.GET('/api/console/communities/{community_id}/doorbells', { params: { path: here() } })),
    [communityId],
  )
  const act = <Given extends unknown[]>(work: (...given: Given) => Promise<unknown>) =>
    useAction(async (...given: Given) => {
      await work(...given)
      await bells.refresh()
      return true
    })
  return {
    bells,
    make: act((form: DoorbellForm) =>
      answer(
        api.POST('/api/console/communities/{community_id}/doorbells', {
          params: { path: here() },
          body: bodyOf(form, ALL_DAYS),
        }),
      ),
    ),
    change: act((row: Doorbell, form: DoorbellForm) =>
      answer(
        api.PUT('/api/console/communities/{community_id}/doorbells/{bell_id}', {
          ...bell(row.bellId),
          body: bodyOf(form, row.days),
        }),
      ),
    ),
    renew: act((id: string) =>
      answer(api.POST('/api/console/communities/{community_id}/doorbells/{bell_id}/renew', bell(id))),
    ),
    remove: act((id: string) =>
      api.DELETE('/api/console/communities/{community_id}/doorbells/{bell_id}', bell(id)),
    ),
    unmute: act((id: string) =>
      api.POST('/api/console/communities/{community_id}/doorbells/{bell_id}/mute', {
        ...bell(id),
        body: { muted: false },
      }),
    ),
  }
}
