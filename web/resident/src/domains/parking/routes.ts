import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/parking',
    name: 'parking',
    component: () => import('./ParkingPage.vue'),
    meta: { titleKey: 'parking.title' },
  },
] satisfies RouteRecordRaw[]
