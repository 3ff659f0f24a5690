import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'communities/:id(\\d+)/poster',
    name: 'community-poster',
    component: () => import('./PosterPage.vue'),
    props: true,
    meta: { titleKey: 'claims.poster.title', place: 'communities' },
  },
  {
    path: 'reviews',
    name: 'reviews',
    component: () => import('./ReviewsPage.vue'),
    meta: { titleKey: 'claims.reviews.title' },
  },
] satisfies RouteRecordRaw[]
