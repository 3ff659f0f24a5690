import { answer, api } from '@/api/client'
import type { Line } from './usePeer'

/** A call that rings or talks here. Numbers of calls exceed what a JavaScript number holds: they travel as they came. */
export function callLine(id: string, page: string) {
  const params = { path: { call_id: id as never } }
  const body = { page }
  return {
    join: () => answer(api.POST('/api/terminal/calls/{call_id}/join', { params, body })),
    answer: (description: string) =>
      api.PUT('/api/terminal/calls/{call_id}/picture', { params, body: { page, description } }),
    take: () => api.POST('/api/terminal/calls/{call_id}/take', { params, body }),
    decline: () => api.POST('/api/terminal/calls/{call_id}/decline', { params, body }),
    hangUp: () => api.POST('/api/terminal/calls/{call_id}/hang-up', { params, body }),
    open: () => answer(api.POST('/api/terminal/calls/{call_id}/open', { params })),
  } satisfies Line & Record<string, unknown>
}

/** The call to the property that this page makes. */
export function ownLine(page: string) {
  const body = { page }
  return {
    call: () => api.POST('/api/terminal/property-call', { body }),
    join: () => answer(api.POST('/api/terminal/property-call/join', { body })),
    answer: (description: string) =>
      api.PUT('/api/terminal/property-call/picture', { body: { page, description } }),
    hangUp: () => api.POST('/api/terminal/property-call/hang-up', { body }),
  } satisfies Line & Record<string, unknown>
}

/** A look through a door. */
export function viewLine(iotId: string, page: string) {
  const params = { path: { iot_id: iotId } }
  const body = { page }
  return {
    join: () => answer(api.POST('/api/terminal/doors/{iot_id}/view', { params, body })),
    answer: (description: string) =>
      api.PUT('/api/terminal/doors/{iot_id}/view/picture', { params, body: { page, description } }),
    voice: (on: boolean) =>
      api.PUT('/api/terminal/doors/{iot_id}/view/voice', { params, body: { page, on } }),
    leave: () => api.POST('/api/terminal/doors/{iot_id}/view/leave', { params, body }),
  } satisfies Line & Record<string, unknown>
}
