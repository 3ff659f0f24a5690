import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/key',
    name: 'key',
    component: () => import('./KeyPage.vue'),
    meta: { titleKey: 'doors.key.title' },
  },
  {
    path: '/passes',
    name: 'passes',
    component: () => import('./PassesPage.vue'),
    meta: { titleKey: 'doors.passes.title' },
  },
] satisfies RouteRecordRaw[]
