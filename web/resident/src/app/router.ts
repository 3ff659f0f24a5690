import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { fetchPages } from '@linli/shared/phone'
import { whenSignedOut } from '@/api/client'
import { useSession } from './useSession'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's name, for the tab of the browser. */
    titleKey?: string
    /** Reached without signing in. */
    open?: boolean
  }
}

const domains = import.meta.glob<RouteRecordRaw[]>('../domains/*/routes.ts', {
  eager: true,
  import: 'default',
})

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes: [
    {
      path: '/sign-in',
      name: 'sign-in',
      component: () => import('./SignInPage.vue'),
      meta: { open: true, titleKey: 'app.signIn.title' },
    },
    ...Object.values(domains).flat(),
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
})

router.beforeEach(async (to) => {
  fetchPages(to)
  const session = useSession()
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
  useSession().forget()
  if (!here.meta.open) void router.replace({ name: 'sign-in', query: { next: here.fullPath } })
})
