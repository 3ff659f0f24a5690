import { phoneClient } from '@linli/phone'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

let onSignedOut: () => void = () => undefined
/** Called when the server no longer knows the session. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

/** The residents' API, typed from its published document. A refusal is thrown as ApiProblem. */
export const api = phoneClient<paths, Schemas['Problem']>('/api/resident/session', () => onSignedOut())
export { answer } from '@linli/phone'
