import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'parking',
    name: 'parking',
    component: () => import('./LanesPage.vue'),
    meta: { titleKey: 'parking.title' },
  },
  {
    path: 'parking/control',
    name: 'parking-control',
    component: () => import('./ControlPage.vue'),
    meta: { titleKey: 'parking.control.title' },
  },
  {
    path: 'parking/vehicles',
    name: 'parking-vehicles',
    component: () => import('./RightsPage.vue'),
    meta: { titleKey: 'parking.rights.title' },
  },
  {
    path: 'parking/passes',
    name: 'parking-passes',
    component: () => import('./VehiclePassesPage.vue'),
    meta: { titleKey: 'parking.passes.title' },
  },
] satisfies RouteRecordRaw[]
