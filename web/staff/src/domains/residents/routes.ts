import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/reviews',
    name: 'reviews',
    component: () => import('./ReviewsPage.vue'),
    meta: { titleKey: 'residents.reviews.title' },
  },
  {
    path: '/reviews/:house(\\d+)/:person',
    name: 'review',
    component: () => import('./ReviewPage.vue'),
    meta: { titleKey: 'residents.reviews.one' },
  },
  {
    path: '/residents',
    name: 'residents',
    component: () => import('./ResidentsPage.vue'),
    meta: { titleKey: 'residents.title' },
  },
  {
    path: '/residents/:person',
    name: 'resident',
    component: () => import('./ResidentPage.vue'),
    meta: { titleKey: 'residents.one' },
  },
] satisfies RouteRecordRaw[]
