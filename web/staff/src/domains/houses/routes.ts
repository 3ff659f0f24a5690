import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/houses',
    name: 'houses',
    component: () => import('./HousesPage.vue'),
    meta: { titleKey: 'houses.title' },
  },
  {
    path: '/houses/:house(\\d+)',
    name: 'house',
    component: () => import('./HousePage.vue'),
    meta: { titleKey: 'houses.one' },
  },
] satisfies RouteRecordRaw[]
