import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'cameras',
    name: 'cameras',
    component: () => import('./CamerasPage.vue'),
    meta: { titleKey: 'cameras.title' },
  },
] satisfies RouteRecordRaw[]
