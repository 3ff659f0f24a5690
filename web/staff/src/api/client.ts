import { phoneClient } from '@linli/phone'
import type { components, paths } from '@console-api'

export type Schemas = components['schemas']

let onSignedOut: () => void = () => undefined
/** Called when the server no longer knows the session. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

/** The console's API: staff on the phone use the rules of the desk. A refusal is thrown as ApiProblem. */
export const api = phoneClient<paths, Schemas['Problem']>('/api/console/session', () => onSignedOut())
export { answer } from '@linli/phone'
