import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'overview',
    name: 'overview',
    component: () => import('./OverviewPage.vue'),
    meta: { titleKey: 'overview.title' },
  },
] satisfies RouteRecordRaw[]
