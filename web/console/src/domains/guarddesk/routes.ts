import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'guard-desk',
    name: 'guard-desk',
    component: () => import('./GuardDeskPage.vue'),
    meta: { titleKey: 'guarddesk.title' },
  },
] satisfies RouteRecordRaw[]
