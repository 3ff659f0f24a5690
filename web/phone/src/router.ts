import type { Ref } from 'vue'
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'
import { fetchPages } from '@linli/shared/phone'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's name, for the tab of the browser. */
    titleKey?: string
    /** Reached without signing in. */
    open?: boolean
  }
}

/** Who is signed in, as far as the router asks. `load` throws where nobody is. */
export interface PhoneSession {
  me: Readonly<Ref<unknown>>
  load: () => Promise<unknown>
  forget: () => void
}

/** The pages of a phone app, all but the sign-in closed to who is not signed in; afterwards one is where one wanted. */
export function phoneRouter(
  domains: Record<string, RouteRecordRaw[]>,
  signIn: RouteRecordRaw['component'] & {},
  session: PhoneSession,
  whenSignedOut: (act: () => void) => void,
): Router {
  const router = createRouter({
    history: createWebHistory(import.meta.env.BASE_URL),
    routes: [
      {
        path: '/sign-in',
        name: 'sign-in',
        component: signIn,
        meta: { open: true, titleKey: 'app.signIn.title' },
      },
      ...Object.values(domains).flat(),
      { path: '/:rest(.*)*', redirect: '/' },
    ],
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  })

  router.beforeEach(async (to) => {
    fetchPages(to)
    if (to.meta.open || session.me.value) return true
    try {
      await session.load()
      return true
    } catch {
      return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    }
  })

  whenSignedOut(() => {
    const here = router.currentRoute.value
    session.forget()
    if (!here.meta.open) void router.replace({ name: 'sign-in', query: { next: here.fullPath } })
  })
  return router
}
