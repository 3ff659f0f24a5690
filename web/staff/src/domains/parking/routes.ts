import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/lanes',
    name: 'lanes',
    component: () => import('./LanesPage.vue'),
    meta: { titleKey: 'parking.title' },
  },
  {
    path: '/vehicle-passes',
    name: 'vehicle-passes',
    component: () => import('./VehiclePassesPage.vue'),
    meta: { titleKey: 'parking.passes.title' },
  },
  {
    path: '/cars-without-plate',
    name: 'cars-without-plate',
    component: () => import('./CarsWithoutPlatePage.vue'),
    meta: { titleKey: 'parking.noPlate.title' },
  },
] satisfies RouteRecordRaw[]
