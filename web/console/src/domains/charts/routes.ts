import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'charts',
    name: 'charts',
    component: () => import('./ChartsPage.vue'),
    meta: { titleKey: 'charts.title' },
  },
] satisfies RouteRecordRaw[]
