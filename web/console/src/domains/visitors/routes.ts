import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'visitors',
    name: 'visitors',
    component: () => import('./VisitorsPage.vue'),
    meta: { titleKey: 'visitors.title' },
  },
] satisfies RouteRecordRaw[]
