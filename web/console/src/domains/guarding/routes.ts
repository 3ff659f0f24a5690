import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'guarding',
    name: 'guarding',
    component: () => import('./GuardingPage.vue'),
    meta: { titleKey: 'guarding.title' },
  },
] satisfies RouteRecordRaw[]
