import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type SecurityAlarm = Schemas['SecurityAlarmRow']
export type AlarmTarget = Schemas['AlarmTarget']
export type AdapterRow = Schemas['AdapterRow']

export const EVENT_TYPES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 100] as const
export const VERDICTS = ['real', 'false', 'drill'] as const
/** Of GB/T 28181: 20000 + 100 × method + type. */
const OF_CAMERAS: readonly number[] = [
  20100, 20200, 20201, 20202, 20203, 20204, 20205, 20300, 20400, 20500, 20501, 20502, 20503, 20504, 20505,
  20507, 20509, 20510, 20511, 20512, 20513, 20600, 20601, 20602, 20700,
]
export const SHOWN_TYPES: readonly number[] = [...EVENT_TYPES, ...OF_CAMERAS]
/** The key of a kind's name; kinds of makers' own have none, types that no standard names have their method's. */
export const kindKey = (type: number): string => {
  const named = [type, type - (type % 100)].find((each) => SHOWN_TYPES.includes(each))
  return `security.kinds.${named ?? 'own'}`
}

export const useSecurityAlarms = (state: ListState, communityId: () => string | null) =>
  useResource(
    () =>
      communityId() === null
        ? Promise.resolve({ total: 0, pageNo: 1, pageSize: 20, data: [] as SecurityAlarm[] })
        : answer(
            api.GET('/api/console/communities/{community_id}/security-alarms', {
              params: {
                path: { community_id: Number(communityId()) },
                query: {
                  pageNo: state.page.value,
                  pageSize: state.size.value,
                  state: state.filter('state') || undefined,
                  eventType: Number(state.filter('kind')) || undefined,
                },
              },
            }),
          ),
    [state.page, state.size, state.filters, communityId],
  )

export const useSecurityAlarm = (communityId: () => string | null, alarmId: () => string) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/communities/{community_id}/security-alarms/{alarm_id}', {
          params: { path: { community_id: Number(communityId()), alarm_id: Number(alarmId()) } },
        }),
      ),
    [communityId, alarmId],
  )

export const useAdapters = (communityId: () => string | null) =>
  useResource(
    () =>
      communityId() === null
        ? null
        : answer(
            api.GET('/api/console/communities/{community_id}/security-adapters', {
              params: { path: { community_id: Number(communityId()) } },
            }),
          ),
    [communityId],
  )

export function useSecurityActions(communityId: () => string | null) {
  const community_id = () => Number(communityId())
  return {
    handle: useAction(async (alarmId: string, verdict: string, note: string) => {
      await api.POST('/api/console/communities/{community_id}/security-alarms/{alarm_id}/handle', {
        params: { path: { community_id: community_id(), alarm_id: Number(alarmId) } },
        body: { verdict, note },
      })
      return true
    }),
    move: useAction(async (row: AdapterRow) => {
      await api.POST(
        '/api/console/communities/{community_id}/security-adapters/{node_id}/{manufacture}/move',
        {
          params: {
            path: { community_id: community_id(), node_id: Number(row.nodeId), manufacture: row.manufacture },
          },
          body: { ip: row.stranger },
        },
      )
      return true
    }),
  }
}
