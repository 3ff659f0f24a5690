import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/notices',
    name: 'notices',
    component: () => import('./NoticesPage.vue'),
    meta: { titleKey: 'notices.title' },
  },
] satisfies RouteRecordRaw[]
