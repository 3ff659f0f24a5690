/** Answers that `early.js` asked for while the scripts were still on their way, by path and query. */
type Early = Record<string, Promise<Response> | undefined>
const page = window as Window & { linliEarly?: Early }

/**
 * `fetch`, but a question that was asked early is not asked twice. Each early answer is used once, and none after
 * something was written: it may be older than that.
 */
export function fetchEarly(request: Request): Promise<Response> {
  const early = page.linliEarly
  if (request.method !== 'GET') delete page.linliEarly
  else if (early) {
    const url = new URL(request.url)
    const key = url.pathname + url.search
    const asked = early[key]
    delete early[key]
    if (asked) return asked.catch(() => fetch(request))
  }
  return fetch(request)
}
