import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/communities',
    name: 'communities',
    component: () => import('./FindPage.vue'),
    meta: { titleKey: 'communities.title' },
  },
  {
    // What the QR code at the gate opens.
    path: '/c/:id(\\d+)',
    name: 'community',
    component: () => import('./CommunityPage.vue'),
    meta: { titleKey: 'communities.title' },
  },
] satisfies RouteRecordRaw[]
