import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'parking/boxes',
    name: 'edge-parking',
    component: () => import('./EdgeParkingPage.vue'),
    meta: { titleKey: 'edgeparking.title' },
  },
  {
    path: 'parking/boxes/cars',
    name: 'edge-parking-cars',
    component: () => import('./EdgeCarsPage.vue'),
    meta: { titleKey: 'edgeparking.cars.title' },
  },
] satisfies RouteRecordRaw[]
