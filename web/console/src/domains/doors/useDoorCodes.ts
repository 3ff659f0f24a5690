import { useAction, useResource, type ListState } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type QrRightRow = components['schemas']['QrRightRow']
export type QrGrant = components['schemas']['QrGrant']
export type QrGranted = components['schemas']['QrGranted']

/** QR codes that one door was given by itself, those of visitors too. */
export function useDoorCodes(iotId: () => string, state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/qr-codes', {
          params: {
            query: {
              iotId: iotId(),
              ended: state.filter('ended') === '1',
              pageNo: state.page.value,
              pageSize: state.size.value,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters, iotId],
  )
}

export function useCodeChanges() {
  const give = useAction((body: QrGrant) => answer(api.POST('/api/console/qr-codes', { body })))
  /** What the reader reads of a code; who looked is kept. */
  const picture = useAction(async (ref: string, communityId: number, personId: string, expiresMs: number) => {
    const shown = await answer(
      api.POST('/api/console/qr-codes/{ref}/picture', {
        params: { path: { ref } },
        body: { communityId, personId, expiresMs },
      }),
    )
    return shown.text
  })
  const takeBack = useAction(async (row: QrRightRow, reason: string) => {
    await api.DELETE('/api/console/qr-codes/{ref}/doors/{iot_id}', {
      params: { path: { ref: row.ref, iot_id: row.iotId }, query: { reason } },
    })
    return true
  })
  return { give, picture, takeBack }
}
