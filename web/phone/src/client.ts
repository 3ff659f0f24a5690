import createClient, { type Middleware } from 'openapi-fetch'
import { ref } from 'vue'
import { ApiProblem, fetchEarly, problemOf, recalled, type Refusal } from '@linli/shared/phone'
import { currentLanguage } from './i18n'

/** When what is shown was fetched, if it comes from this phone's memory because there is no network; else null. */
export const seenMs = ref<number | null>(null)
window.addEventListener('online', () => (seenMs.value = null)) // what is loaded now says anew
/** Of a call that was made without any network, so nothing of it can have arrived. */
export const NOT_SENT = 'browser.offline'

/**
 * A typed client of one of our APIs, whose refusals are `Problem`. A refusal is thrown as ApiProblem; `onSignedOut` is called when the server no longer
 * knows the session, except by the routes under `session`, whose refusals are answers.
 */
export function phoneClient<Paths extends object, Problem extends Refusal>(
  session: string,
  onSignedOut: () => void,
) {
  const cut = new WeakSet<Request>()
  const everyCall: Middleware = {
    onRequest({ request }) {
      if (!navigator.onLine) cut.add(request)
      request.headers.set('Accept-Language', currentLanguage())
      request.headers.set('X-Linli-Request', '1')
      return request
    },
    async onResponse({ response, schemaPath, request }) {
      if (response.ok) {
        const seen = response.headers.get('x-linli-seen')
        if (request.method === 'GET') seenMs.value = seen ? Number(seen) : null
        if (seen) recalled()
        return
      }
      const body = (await response.json().catch(() => null)) as Problem | null
      if (response.status === 401 && !schemaPath.startsWith(session)) onSignedOut()
      throw problemOf(response.status, body)
    },
    onError({ error, request }) {
      if (error instanceof ApiProblem) return error
      const code = cut.has(request) && !navigator.onLine ? NOT_SENT : 'browser.unreachable'
      return new ApiProblem(code, String(error), 0)
    },
  }
  const client = createClient<Paths>({ baseUrl: location.origin, fetch: fetchEarly })
  client.use(everyCall)
  return client
}

/** The answer of a call that gives one. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call
  if (data === undefined || data === null) throw new ApiProblem('browser.empty', 'empty answer', -1)
  return data
}
