import { useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DoorAlarm = components['schemas']['DoorAlarmRow']

export const ALARM_KINDS = ['forced', 'tamper', 'held', 'fever'] as const
export const ALARM_FILTERS = ['kind', 'lasting', 'from', 'to'] as const
/** How long an alarm that has no end is worth showing unasked. */
export const MOMENT_MS = 30 * 60_000
const MOST = 20

/** A fever has no end, and doors of some makers never say that anything is over. */
export const isMoment = (row: DoorAlarm) => row.overMs === row.raisedMs && row.times === 1
export const goesOn = (row: DoorAlarm) => row.overMs === null
export const alarmTone = (row: DoorAlarm): Tone => (goesOn(row) ? 'bad' : isMoment(row) ? 'warn' : 'idle')

export function alarmWords(
  row: DoorAlarm,
  t: (key: string, facts?: Record<string, unknown>) => string,
): string {
  if (row.kind !== 'fever') return t(`doors.alarms.kind.${row.kind}`)
  return row.temperature === null
    ? t('doors.alarms.unmeasured')
    : t('doors.alarms.fever', { degrees: row.temperature.toFixed(1) })
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

/** What a guard has to see now: alarms that go on, and those of the last half hour that have no end. */
export async function alarmsNow(communityId: string, iotId?: string): Promise<DoorAlarm[]> {
  const query = { communityId: Number(communityId), iotId, pageSize: MOST }
  const [lasting, recent] = await Promise.all([
    answer(api.GET('/api/console/door-alarms', { params: { query: { ...query, lasting: true } } })),
    answer(
      api.GET('/api/console/door-alarms', {
        params: { query: { ...query, lasting: false, from: Date.now() - MOMENT_MS } },
      }),
    ),
  ])
  return [...lasting.data, ...recent.data.filter(isMoment)]
}
