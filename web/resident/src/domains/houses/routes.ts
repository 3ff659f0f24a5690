import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/houses',
    name: 'houses',
    component: () => import('./HousesPage.vue'),
    meta: { titleKey: 'houses.title' },
  },
] satisfies RouteRecordRaw[]
