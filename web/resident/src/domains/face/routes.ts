import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/face',
    name: 'face',
    component: () => import('./FacePage.vue'),
    meta: { titleKey: 'face.title' },
  },
] satisfies RouteRecordRaw[]
