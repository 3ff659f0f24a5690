import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'parking-stays',
    name: 'parking-stays',
    component: () => import('./StaysPage.vue'),
    meta: { titleKey: 'stays.title' },
  },
] satisfies RouteRecordRaw[]
