import { computed, ref, watch } from 'vue'
import { useRingTone } from '@linli/shared'
import type { components } from '@/api/schema'
import { useDeskCalls, useDeskTalk, type DeskCall } from '@/domains/guarddesk/useGuardDesk'

export type LaneStation = components['schemas']['LaneStation']

/**
 * Calls of door stations at entrances. The page is a guard desk while the community has such stations; it answers a call
 * of an entrance that is this seat's.
 */
export function useLaneCalls(
  communityId: () => string | null,
  stations: () => readonly LaneStation[],
  mine: () => readonly string[],
) {
  const desk = computed(() => (stations().length ? communityId() : null))
  const { now } = useDeskCalls(() => desk.value)
  const talk = useDeskTalk(() => desk.value)
  const declined = ref<string[]>([])
  const gone = ref<string | null>(null)
  const laneOf = (row: DeskCall) =>
    stations().find((station) => station.iotId && station.iotId === row.call.iotId)?.laneId ?? null
  const calls = computed(() =>
    desk.value ? (now.data.value?.calls ?? []).filter((row) => !declined.value.includes(row.call.id)) : [],
  )
  const callOf = (laneId: string) => calls.value.find((row) => laneOf(row) === laneId) ?? null
  const callingLanes = computed(() => calls.value.flatMap((row) => laneOf(row) ?? []))
  const elsewhere = computed(() => calls.value.filter((row) => !laneOf(row) && row.state === 'rings').length)
  useRingTone(
    () => talk.state.value !== 'talks' && calls.value.some((row) => row.state === 'rings' && !!laneOf(row)),
  )
  /** The call in hand is over or taken elsewhere; one at an entrance of ours is looked at. */
  watch([calls, mine], ([rows, lanes]) => {
    const id = talk.callId.value
    const row = rows.find((each) => each.call.id === id)
    talk.waits.value = row?.state === 'held' || row?.state === 'passes'
    if (id && (!row || (row.state !== 'rings' && !row.mine))) {
      gone.value = id
      talk.end()
    }
    if (talk.callId.value) return
    const next = rows.find(
      (each) => lanes.includes(laneOf(each) ?? '') && (each.state === 'rings' || each.mine),
    )
    if (next) void talk.look(next.call.id)
  })

  async function decline(): Promise<void> {
    const id = talk.callId.value
    if (!id) return
    await talk.decline()
    declined.value = [...declined.value, id]
  }
  return { now, talk, gone, callOf, callingLanes, elsewhere, decline }
}
