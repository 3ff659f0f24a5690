import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/calls/:house?',
    name: 'calls',
    component: () => import('./CallsPage.vue'),
    meta: { titleKey: 'calls.title' },
  },
] satisfies RouteRecordRaw[]
