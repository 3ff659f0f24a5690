// The service worker of a phone app: its shell opens without a network, with what was last seen; a new build waits
// until its user takes it; and messages pushed by the platform become notifications. The build fills in the capitals.
const APP = __APP__
const VERSION = __VERSION__
const BASE = __BASE__
const FILES = __FILES__
const SHELL = `linli-${APP}-shell-${VERSION}`
const SEEN = `linli-${APP}-seen`
/** What may be kept of the answers: lists and details of the pages, never secrets that are told once or codes. */
const KEPT =
  APP === 'terminal'
    ? /^$/ // what a terminal saw before it was unbound is nobody's any more
    : APP === 'resident'
      ? /^\/api\/resident\/(?!session\/|push|schema)/
      : /^\/api\/console\/(session$|communities|today)/

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith(`linli-${APP}-shell-`) && name !== SHELL) await caches.delete(name)
      await self.clients.claim()
    })(),
  )
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting()
  // Signed out: the next person at this phone must not see what the last one saw.
  if (event.data === 'forget') event.waitUntil(caches.delete(SEEN))
})

async function seenOrFresh(request) {
  const cache = await caches.open(SEEN)
  try {
    const answer = await fetch(request)
    if (answer.ok) {
      const headers = new Headers(answer.headers)
      headers.set('x-linli-seen', String(Date.now()))
      const copy = answer.clone()
      await cache.put(request.url, new Response(await copy.blob(), { status: copy.status, headers }))
    } else if (answer.status === 401) await caches.delete(SEEN)
    return answer
  } catch (error) {
    const last = await cache.match(request.url)
    if (last) return last
    throw error
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (KEPT.test(url.pathname)) event.respondWith(seenOrFresh(request))
  else if (request.mode === 'navigate' && url.pathname.startsWith(BASE))
    event.respondWith(
      caches.open(SHELL).then(async (cache) => (await cache.match(BASE)) ?? (await fetch(request))),
    )
  else if (url.pathname.startsWith(BASE))
    event.respondWith(
      caches.open(SHELL).then(async (cache) => (await cache.match(url.pathname)) ?? (await fetch(request))),
    )
})

self.addEventListener('push', (event) => {
  let told = {}
  try {
    told = event.data?.json() ?? {}
  } catch {
    // A push without words still says that there is something.
  }
  event.waitUntil(
    self.registration.showNotification(told.title ?? 'Linli', {
      body: told.body ?? '',
      tag: told.tag,
      icon: `${BASE}icon-192.png`,
      badge: `${BASE}icon-192.png`,
      data: { path: told.path ?? '' },
    }),
  )
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const path = String(event.notification.data?.path ?? '')
  // Only pages of this app: a message must not lead elsewhere.
  const where = BASE + path.replace(/^\/+/, '')
  event.waitUntil(
    (async () => {
      const [open] = await self.clients.matchAll({ type: 'window' })
      if (open) {
        await open.navigate(where)
        await open.focus()
      } else await self.clients.openWindow(where)
    })(),
  )
})
