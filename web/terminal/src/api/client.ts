import { phoneClient } from '@linli/phone'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

let onEnded: () => void = () => undefined
/** Called when the platform no longer knows this page as a terminal. */
export function whenEnded(act: () => void): void {
  onEnded = act
}

/** The terminals' API, typed from its published document. A refusal is thrown as ApiProblem. */
export const api = phoneClient<paths, Schemas['Problem']>('/api/terminal/session', () => onEnded())
export { answer } from '@linli/phone'
