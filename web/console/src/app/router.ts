import { allTexts } from '@/i18n'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { asProblem, fetchPages } from '@linli/shared'
import { whenPasswordDue, whenSignedOut } from '@/api/client'
import { askSetup, useSession } from './useSession'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's name, for the tab and the heading. */
    titleKey?: string
    /** Reached without signing in. */
    open?: boolean
    /** Name of the place in the navigation that is marked while this page is shown. */
    place?: string
  }
}

const domains = import.meta.glob<RouteRecordRaw[]>('../domains/*/routes.ts', {
  eager: true,
  import: 'default',
})

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: '/setup',
      name: 'setup',
      component: () => import('./SetupPage.vue'),
      meta: { open: true, titleKey: 'app.setup.title' },
    },
    {
      path: '/login',
      name: 'login',
      component: () => import('./LoginPage.vue'),
      meta: { open: true, titleKey: 'app.login.title' },
    },
    {
      path: '/set-password',
      name: 'set-password',
      component: () => import('./SetPasswordPage.vue'),
      meta: { open: true, titleKey: 'app.setPassword.title' },
    },
    {
      path: '/password',
      name: 'password-due',
      component: () => import('./PasswordDuePage.vue'),
      meta: { titleKey: 'app.passwordDue.title' },
    },
    {
      path: '/register',
      name: 'register',
      component: () => import('@/domains/entry/RegisterPage.vue'),
      meta: { open: true, titleKey: 'entry.register.title' },
    },
    {
      path: '/join/:token',
      name: 'join',
      component: () => import('@/domains/entry/JoinPage.vue'),
      props: true,
      meta: { open: true, titleKey: 'entry.register.title' },
    },
    {
      path: '/screen',
      name: 'screen',
      component: () => import('@/domains/overview/ScreenPage.vue'),
      meta: { titleKey: 'overview.screen.title' },
    },
    {
      path: '/wall',
      name: 'wall',
      component: () => import('@/domains/doors/WallPage.vue'),
      meta: { titleKey: 'doors.wall.title' },
    },
    {
      path: '/',
      component: () => import('./Shell.vue'),
      children: [
        { path: '', redirect: { name: 'overview' } },
        ...Object.values(domains).flat(),
        {
          path: ':rest(.*)*',
          name: 'lost',
          component: () => import('./LostPage.vue'),
          meta: { titleKey: 'app.lost.title' },
        },
      ],
    },
  ],
  // The first page stands at its top anyway: to be told so would have it laid out before its data is there.
  scrollBehavior: (to, from, saved) =>
    saved ?? (to.path === from.path || !from.matched.length ? undefined : { top: 0 }),
})

router.beforeResolve((_to, from) => (from.matched.length ? allTexts().then(() => true) : true))

let setUp = false

/** Whether the installation still waits for its first administrator. */
async function needsSetup(): Promise<boolean> {
  if (setUp) return false
  try {
    setUp = !(await askSetup()).needed
    return !setUp
  } catch {
    return false // the page itself will say that the server cannot be reached
  }
}

router.beforeEach(async (to) => {
  fetchPages(to)
  const session = useSession()
  let refused = 0
  if (!to.meta.open && !session.me.value) {
    try {
      await session.load()
    } catch (error) {
      refused = asProblem(error).status
    }
  }
  setUp ||= session.me.value !== null // somebody is signed in, perhaps since a moment ago
  if (await needsSetup()) return to.name === 'setup' ? true : { name: 'setup', query: to.query }
  if (setUp && to.name === 'setup' && !session.me.value) return { name: 'login' }
  if (session.me.value?.mustChangePassword && !to.meta.open && to.name !== 'password-due')
    return { name: 'password-due', query: { next: to.fullPath } }
  if (to.meta.open || session.me.value) return true
  return { name: 'login', query: refused === 401 && to.fullPath === '/' ? {} : { next: to.fullPath } }
})

whenPasswordDue(() => {
  const here = router.currentRoute.value
  if (!here.meta.open && here.name !== 'password-due')
    void router.replace({ name: 'password-due', query: { next: here.fullPath } })
})

whenSignedOut(() => {
  const here = router.currentRoute.value
  useSession().set(null)
  if (!here.meta.open) void router.replace({ name: 'login', query: { next: here.fullPath } })
})
