import { nextTick } from 'vue'

const QUIET_MS = 400
let loading = 0
let ended = 0

/** A resource of the page is being loaded. */
export function begun(): void {
  loading += 1
}

/** It has come, or will not. */
export function done(): void {
  loading -= 1
  ended = performance.now()
}

/** Once the page has had all that it asked for a little while, and nothing else to do: for what may come last. */
export async function whenQuiet(): Promise<void> {
  const asked = performance.now() // what the page needs may be asked for only now
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, QUIET_MS / 4))
  while (loading > 0 || performance.now() - Math.max(ended, asked) < QUIET_MS) await wait()
  if ('requestIdleCallback' in window)
    await new Promise<void>((resolve) => requestIdleCallback(() => resolve(), { timeout: 2000 }))
}

/** Once an element is on the screen, or nearly. */
export async function inSight(element: () => Element | null): Promise<void> {
  await nextTick()
  const seen = element()
  if (!seen) return
  await new Promise<void>((resolve) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return
        observer.disconnect()
        resolve()
      },
      { rootMargin: '120px' },
    )
    observer.observe(seen)
  })
}
