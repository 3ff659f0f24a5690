import createClient, { type Middleware } from 'openapi-fetch'
import { ApiProblem, fetchEarly, problemOf } from '@linli/shared'
import { currentLanguage } from '@/i18n'
import type { components, paths } from './schema'

/** The body of every refusal. */
export type Problem = components['schemas']['Problem']

/** Called when the server no longer knows the session. */
let onSignedOut: () => void = () => undefined
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

/** Called when the server answers nothing before the password is changed, which somebody else set. */
let onPasswordDue: () => void = () => undefined
export function whenPasswordDue(act: () => void): void {
  onPasswordDue = act
}

const everyCall: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', currentLanguage())
    request.headers.set('X-Linli-Request', '1')
    return request
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) return
    const body = (await response.json().catch(() => null)) as Problem | null
    // A wrong password at sign-in is an answer, not the end of a session.
    if (response.status === 401 && !schemaPath.startsWith('/api/console/session')) onSignedOut()
    const problem = problemOf(response.status, body)
    if (problem.code === 'account.password_due') onPasswordDue()
    throw problem
  },
  onError({ error }) {
    if (error instanceof ApiProblem) return error
    return new ApiProblem('browser.unreachable', String(error), 0)
  },
}

/** The console's API, typed from its published document. A refusal is thrown as ApiProblem. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: fetchEarly })
api.use(everyCall)

/** The answer of a call that gives one. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call
  if (data === undefined || data === null) throw new ApiProblem('browser.empty', 'empty answer', -1)
  return data
}
