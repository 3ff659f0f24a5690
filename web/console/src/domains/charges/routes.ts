import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'parking-charges',
    name: 'parking-charges',
    component: () => import('./ChargesPage.vue'),
    meta: { titleKey: 'charges.title' },
  },
] satisfies RouteRecordRaw[]
