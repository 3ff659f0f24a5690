import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/deletions',
    name: 'deletions',
    component: () => import('./DeletionsPage.vue'),
    meta: { titleKey: 'privacy.title' },
  },
] satisfies RouteRecordRaw[]
