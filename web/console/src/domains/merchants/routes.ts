import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'parking-merchants',
    name: 'parking-merchants',
    component: () => import('./MerchantsPage.vue'),
    meta: { titleKey: 'merchants.title' },
  },
] satisfies RouteRecordRaw[]
