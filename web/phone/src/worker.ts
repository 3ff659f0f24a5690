import { ref, shallowRef } from 'vue'

/** A newer build waits to be taken. */
export const updateReady = ref(false)
const waiting = shallowRef<ServiceWorker | null>(null)
let registration: ServiceWorkerRegistration | null = null
let reloading = false
const LOOK_MS = 30 * 60_000

/** Whether this page may have a service worker at all: over HTTPS, or on this machine. */
export const secure = window.isSecureContext && 'serviceWorker' in navigator

function offer(worker: ServiceWorker | null): void {
  // The very first worker is no update.
  if (!worker || !navigator.serviceWorker.controller) return
  waiting.value = worker
  updateReady.value = true
}

/** Register the worker of the app at `base`, and look for a newer build now and then and when the page is shown again. */
export async function startWorker(base: string): Promise<void> {
  if (!secure || import.meta.env.DEV) return
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (!reloading) return
    location.reload()
  })
  try {
    registration = await navigator.serviceWorker.register(`${base}sw.js`, { scope: base })
  } catch {
    return // no worker: everything but the offline shell and push still works
  }
  offer(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const coming = registration?.installing
    coming?.addEventListener('statechange', () => coming.state === 'installed' && offer(coming))
  })
  const look = () => void registration?.update().catch(() => undefined)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && look())
  setInterval(look, LOOK_MS)
}

/** Take the newer build: the page loads again with it. */
export function takeUpdate(): void {
  reloading = true
  if (waiting.value) waiting.value.postMessage('take over')
  else location.reload()
}

/** Forget what was seen on this phone. */
export function forgetSeen(): void {
  if (secure) navigator.serviceWorker.controller?.postMessage('forget')
}

export async function workerRegistration(): Promise<ServiceWorkerRegistration | null> {
  return secure ? ((await navigator.serviceWorker.getRegistration()) ?? null) : null
}
