import type { RouteLocationRaw } from 'vue-router'
import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DoorAlarm = components['schemas']['DoorAlarmRow']

export const ALARM_KINDS = [
  'trapped',
  'forced',
  'tamper',
  'held',
  'fever',
  'box_offline',
  'lot_silent',
] as const
/** Of devices that are neither door nor lift: one choice of the filter. */
export const DEVICE_KINDS = [
  ...['gas', 'water', 'temperature', 'pressure', 'level', 'empty_pipe', 'overload', 'zone', 'perimeter'],
  ...['illegal_parking', 'abnormal_gate', 'camera', 'camera_offline', 'channel_offline', 'device'],
] as const
/** What the platform finds wrong with pictures of cameras: one choice too. */
export const PICTURE_KINDS = [
  ...['view_black', 'view_white', 'view_covered', 'view_moved', 'view_frozen', 'view_blurred'],
  ...['view_lost', 'view_clock'],
] as const
export const ALARM_FILTERS = ['kind', 'handling', 'lasting', 'from', 'to'] as const
export const ALARM_HANDLINGS = ['open', 'taken', 'closed'] as const
export const ALARM_OUTCOMES = ['real', 'false', 'work', 'test', 'other'] as const
/** How long an alarm that has no end is worth showing unasked. */
export const MOMENT_MS = 30 * 60_000
const MOST = 20

/** A fever has no end, and doors of some makers never say that anything is over. */
export const isMoment = (row: DoorAlarm) => row.overMs === row.raisedMs && row.times === 1
const URGENT = new Set(['duress', 'trapped', 'gas', 'forced'])
/** What may cost somebody their health comes first, then the newest. */
export const byUrgency = (a: DoorAlarm, b: DoorAlarm) =>
  Number(URGENT.has(b.kind)) - Number(URGENT.has(a.kind)) || b.raisedMs - a.raisedMs

/** The page of what raised it; the alarms there, where it is a door. */
export function placeOf(row: DoorAlarm): RouteLocationRaw {
  if (row.kind === 'box_offline') return { name: 'box', params: { nodeId: row.iotId.replace('box:', '') } }
  if (row.kind === 'lot_silent') return { name: 'box', params: { nodeId: row.iotId.split(':')[1] ?? '' } }
  if (row.kind.startsWith('view_'))
    return { name: 'camera-health', query: { kind: row.kind.replace('view_', '') } }
  if (row.kind === 'duress' && row.iotId.startsWith('home:')) return { name: 'calls' }
  if (['duress', 'forced', 'tamper', 'held', 'fever'].includes(row.kind))
    return { name: 'door', params: { iotId: row.iotId }, query: { tab: 'alarms' } }
  return { name: 'device', params: { iotId: row.iotId } }
}

export const goesOn = (row: DoorAlarm) => row.overMs === null
export const alarmTone = (row: DoorAlarm): Tone => (goesOn(row) ? 'bad' : isMoment(row) ? 'warn' : 'idle')

export function alarmWords(
  row: DoorAlarm,
  t: (key: string, facts?: Record<string, unknown>, count?: number) => string,
): string {
  if (row.kind === 'box_offline' && row.doors)
    return t('doors.outage.takes', { cause: t('doors.alarms.kind.box_offline'), count: row.doors }, row.doors)
  if (row.kind !== 'fever') return t(`doors.alarms.kind.${row.kind}`)
  return row.temperature === null
    ? t('doors.alarms.unmeasured')
    : t('doors.alarms.fever', { degrees: row.temperature.toFixed(1) })
}

/** Who looks after it and since when, or who closed it and what it was. */
export function handlingWords(
  row: DoorAlarm,
  t: (key: string, facts?: Record<string, unknown>) => string,
  time: (ms: number | null) => string,
): string {
  const name = (who: string) => who || t('doors.alarms.somebody')
  if (row.handling === 'open') return t('doors.alarms.handling.open')
  if (row.handling === 'taken')
    return t('doors.alarms.takenBy', { name: name(row.takenBy), time: time(row.takenMs) })
  return t('doors.alarms.closedBy', {
    name: name(row.closedBy),
    time: time(row.closedMs),
    outcome: t(`doors.alarms.outcome.${row.outcome}`),
  })
}

export const handlingTone = (row: DoorAlarm): Tone =>
  row.handling === 'open' ? 'warn' : row.handling === 'taken' ? 'busy' : 'idle'

/** Taking and closing alarms, and taking that back. */
export function useAlarmSteps() {
  const path = (id: string) => ({ params: { path: { alarm_id: Number(id) } } })
  return {
    take: useAction(async (id: string) => {
      await api.POST('/api/console/door-alarms/{alarm_id}/take', path(id))
      return true
    }),
    release: useAction(async (id: string) => {
      await api.POST('/api/console/door-alarms/{alarm_id}/release', path(id))
      return true
    }),
    close: useAction(async (id: string, body: components['schemas']['AlarmOutcome']) => {
      await api.POST('/api/console/door-alarms/{alarm_id}/close', { ...path(id), body })
      return true
    }),
    reopen: useAction(async (id: string) => {
      await api.POST('/api/console/door-alarms/{alarm_id}/reopen', path(id))
      return true
    }),
  }
}

export function useAlarms(state: ListState, communityId: () => string | null, iotId?: () => string) {
  const number = (name: string) => Number(state.filter(name)) || undefined
  return useResource(() => {
    const community = communityId()
    const lasting = state.filter('lasting')
    return answer(
      api.GET('/api/console/door-alarms', {
        params: {
          query: {
            communityId: community ? Number(community) : undefined,
            iotId: iotId?.(),
            kind: state.filter('kind') || undefined,
            handling: state.filter('handling') || undefined,
            lasting: lasting ? lasting === 'true' : undefined,
            from: number('from'),
            to: number('to'),
            pageNo: state.page.value,
            pageSize: state.size.value,
          },
        },
      }),
    )
  }, [state.page, state.size, state.filters, communityId, ...(iotId ? [iotId] : [])])
}

/** An alarm as it is now; as it was where it is no longer there. */
export async function alarmAgain(row: DoorAlarm): Promise<DoorAlarm> {
  const query = { iotId: row.iotId, from: row.raisedMs, to: row.raisedMs, pageSize: 100 }
  const page = await answer(api.GET('/api/console/door-alarms', { params: { query } }))
  return page.data.find((alarm) => alarm.id === row.id) ?? row
}

/** What a guard has to see now: alarms that go on, and those of the last half hour that have no end; closed ones not. */
export async function alarmsNow(communityId: string, iotId?: string): Promise<DoorAlarm[]> {
  const query = { communityId: Number(communityId), iotId, handling: 'open,taken', pageSize: MOST }
  const [lasting, recent] = await Promise.all([
    answer(api.GET('/api/console/door-alarms', { params: { query: { ...query, lasting: true } } })),
    answer(
      api.GET('/api/console/door-alarms', {
        params: { query: { ...query, lasting: false, within: MOMENT_MS } },
      }),
    ),
  ])
  return [...lasting.data, ...recent.data.filter(isMoment)].sort(byUrgency)
}
