import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/desk',
    name: 'desk',
    component: () => import('./DeskPage.vue'),
    meta: { titleKey: 'desk.title' },
  },
] satisfies RouteRecordRaw[]
