import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'deletion-requests',
    name: 'deletion-requests',
    component: () => import('./DeletionsPage.vue'),
    meta: { titleKey: 'privacy.title' },
  },
] satisfies RouteRecordRaw[]
