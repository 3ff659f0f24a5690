import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'calls',
    name: 'calls',
    component: () => import('./CallsPage.vue'),
    meta: { titleKey: 'calls.title' },
  },
] satisfies RouteRecordRaw[]
