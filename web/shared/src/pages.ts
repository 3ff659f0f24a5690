import type { RouteLocationNormalized } from 'vue-router'

/** Fetch the scripts of the pages that `to` shows: while the guard still asks who is there, not after it. */
export function fetchPages(to: RouteLocationNormalized): void {
  for (const record of to.matched) {
    const page = record.components?.default
    // A page that is here already is an object; its script is kept by the browser, and its failure is told by the router.
    if (typeof page === 'function') (page as () => Promise<unknown>)().catch(() => undefined)
  }
}
