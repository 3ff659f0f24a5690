import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'deliveries',
    name: 'deliveries',
    component: () => import('./DeliveriesPage.vue'),
    meta: { titleKey: 'deliveries.title' },
  },
] satisfies RouteRecordRaw[]
