import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'lift-robots',
    name: 'lift-robots',
    component: () => import('./RobotsPage.vue'),
    meta: { titleKey: 'liftrobots.title', place: 'lifts' },
  },
] satisfies RouteRecordRaw[]
