import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'credentials',
    name: 'credentials',
    component: () => import('./CredentialsPage.vue'),
    meta: { titleKey: 'credentials.title' },
  },
  {
    path: 'denied',
    name: 'denied',
    component: () => import('./DeniedPage.vue'),
    meta: { titleKey: 'credentials.denied.title' },
  },
] satisfies RouteRecordRaw[]
