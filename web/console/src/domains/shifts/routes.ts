import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'parking-shifts',
    name: 'parking-shifts',
    component: () => import('./ShiftsPage.vue'),
    meta: { titleKey: 'shifts.title' },
  },
] satisfies RouteRecordRaw[]
