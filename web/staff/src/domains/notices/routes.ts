import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/notices',
    name: 'notices',
    component: () => import('./NoticesPage.vue'),
    meta: { titleKey: 'notices.title' },
  },
  {
    path: '/notices/:notice(\\d+)',
    name: 'notice',
    component: () => import('./NoticePage.vue'),
    meta: { titleKey: 'notices.one' },
  },
] satisfies RouteRecordRaw[]
