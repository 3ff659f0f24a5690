import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'lifts',
    name: 'lifts',
    component: () => import('./LiftsPage.vue'),
    meta: { titleKey: 'lifts.title' },
  },
  {
    path: 'lifts/emergency',
    name: 'lift-emergency',
    component: () => import('./EmergencyPage.vue'),
    meta: { titleKey: 'lifts.emergency.title', place: 'lifts' },
  },
  {
    path: 'lifts/:iotId',
    name: 'lift',
    component: () => import('./LiftPage.vue'),
    props: true,
    meta: { titleKey: 'lifts.one', place: 'lifts' },
  },
] satisfies RouteRecordRaw[]
