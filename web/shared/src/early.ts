/** Answers that `early.js` asked for while the scripts were still on their way, by path and query. */
type Early = Record<string, Promise<Response> | undefined>
const page = window as Window & { linliEarly?: Early }

/** Path of a page → what it asked first when it was last opened: `early.js` asks that at once the next time. */
const STORED = 'linli.asked'
const PAGES = 30
const QUESTIONS = 12
const FIRST_MS = 6000
const KEPT_MS = 15_000
const opened = { path: location.pathname, plain: !location.search }
let asked: string[] | null = opened.plain ? [] : null // what is searched for is not kept
for (const kind of ['pointerdown', 'keydown'] as const)
  window.addEventListener(kind, () => (asked = null), { once: true, capture: true })

/** Keep a question of the page that the browser was opened on, as long as nobody has done anything on it. */
function remember(key: string): void {
  if (!asked || location.pathname !== opened.path || location.search || performance.now() > FIRST_MS) return
  if (asked.includes(key) || asked.length >= QUESTIONS) return
  asked.push(key)
  try {
    const pages = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Record<string, string[]>
    delete pages[opened.path] // the last used stands last
    const kept = Object.entries(pages).slice(1 - PAGES)
    localStorage.setItem(STORED, JSON.stringify({ ...Object.fromEntries(kept), [opened.path]: asked }))
  } catch {
    localStorage.removeItem(STORED)
  }
}

/** Whoever signs in next shall not be asked for what somebody else looked at. */
export function forgetAsked(): void {
  localStorage.removeItem(STORED)
}

/**
 * `fetch`, but a question that was asked early is not asked twice. Each early answer is used once, and none after
 * something was written: it may be older than that.
 */
export function fetchEarly(request: Request): Promise<Response> {
  if (request.method !== 'GET') {
    delete page.linliEarly
    asked = null
    return fetch(request)
  }
  const url = new URL(request.url)
  const key = url.pathname + url.search
  remember(key)
  if (performance.now() > KEPT_MS) delete page.linliEarly // what nobody took up is old by now
  const answer = page.linliEarly?.[key]
  if (answer) delete page.linliEarly?.[key]
  return answer ? answer.catch(() => fetch(request)) : fetch(request)
}
