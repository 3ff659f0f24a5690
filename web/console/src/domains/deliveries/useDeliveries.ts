import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DeliveryRow = components['schemas']['DeliveryRow']
export type DeliveryStep = components['schemas']['DeliveryStep']

/** Statuses as a person asks for them. Wire names: spec B 2.1. */
export const GROUPS = {
  waiting: ['toBeTransferred', 'transferring', 'deviceOffline'],
  trouble: [
    'transferTimeout',
    'unknownError',
    'deleteFailed',
    'deleteTimeout',
    'faceDlError',
    'faceCheckError',
    'faceCheckTimeout',
    'facePushError',
  ],
  person: ['needManual'],
  done: ['transferred', 'transferDeleted'],
} as const
export type Group = keyof typeof GROUPS

const TONES: Record<Group, Tone> = { waiting: 'busy', trouble: 'warn', person: 'bad', done: 'ok' }

export function groupOf(status: string): Group {
  const match = (Object.keys(GROUPS) as Group[]).find((group) =>
    (GROUPS[group] as readonly string[]).includes(status),
  )
  return match ?? 'waiting'
}

export function toneOf(status: string): Tone {
  return status === 'deviceOffline' ? 'idle' : TONES[groupOf(status)]
}

interface Wanted {
  communityId?: string | null
  iotId?: string
  verdict?: 'cannot' | 'should_not'
}

/** The list of what should hold on devices, with how many there are of each group. */
export function useDeliveries(state: ListState, wanted: MaybeRefOrGetter<Wanted>) {
  const narrowed = computed(() => {
    const { communityId, iotId, verdict } = toValue(wanted)
    return { communityId: communityId ? Number(communityId) : undefined, iotId, verdict }
  })
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/deliveries', {
          params: {
            query: {
              ...narrowed.value,
              pageNo: state.page.value,
              pageSize: state.size.value,
              status: state.filter('state') ? GROUPS[state.filter('state') as Group]?.join(',') : undefined,
              credential: state.filter('credential') || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters, narrowed],
  )
  const counts = useResource(
    () =>
      answer(
        api.GET('/api/console/deliveries/counts', {
          params: { query: { communityId: narrowed.value.communityId, iotId: narrowed.value.iotId } },
        }),
      ),
    [narrowed],
  )
  const retry = useAction(async (id: string) => {
    await api.POST('/api/console/deliveries/{delivery_id}/retry', {
      params: { path: { delivery_id: Number(id) } },
    })
    await Promise.all([list.reload(), counts.reload()])
  })
  const byGroup = computed(() => {
    const sums: Record<Group, number> = { waiting: 0, trouble: 0, person: 0, done: 0 }
    for (const { status, count } of counts.data.value ?? []) sums[groupOf(status)] += count
    return sums
  })
  return { list, counts, byGroup, retry }
}

export function useDeliveryHistory(id: () => string | null) {
  return useResource(() => {
    const chosen = id()
    if (!chosen) return null
    return answer(
      api.GET('/api/console/deliveries/{delivery_id}/history', {
        params: { path: { delivery_id: Number(chosen) } },
      }),
    )
  }, [id])
}

export type DeviceProgress = components['schemas']['DeviceProgress']

/** Ask a device now what it holds; what differs is mended. */
export function useCompare() {
  return useAction(async (iotId: string) => {
    await api.POST('/api/console/deliveries/devices/{iot_id}/compare', {
      params: { path: { iot_id: iotId } },
    })
    return true
  })
}

/** Device by device: what has arrived, what has not, and what should be gone. */
export function useBoard(state: ListState, communityId: () => string | null | undefined) {
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/deliveries/devices', {
          params: {
            query: {
              communityId: communityId() ? Number(communityId()) : undefined,
              pageNo: state.page.value,
              pageSize: state.size.value,
            },
          },
        }),
      ),
    [state.page, state.size, communityId],
  )
  const compare = useCompare()
  const retry = useAction(async (iotId: string) => {
    const { due } = await answer(
      api.POST('/api/console/deliveries/devices/{iot_id}/retry', { params: { path: { iot_id: iotId } } }),
    )
    await list.reload()
    return due
  })
  return { list, compare, retry }
}
