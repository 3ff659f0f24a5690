import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'deliveries',
    name: 'deliveries',
    component: () => import('./DeliveriesPage.vue'),
    meta: { titleKey: 'deliveries.title' },
  },
  {
    path: 'deliveries/devices',
    name: 'delivery-board',
    component: () => import('./BoardPage.vue'),
    meta: { titleKey: 'deliveries.board.title', place: 'deliveries' },
  },
] satisfies RouteRecordRaw[]
