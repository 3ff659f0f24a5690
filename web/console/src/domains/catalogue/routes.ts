import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'vendor-catalogue',
    name: 'vendor-catalogue',
    component: () => import('./CataloguePage.vue'),
    meta: { titleKey: 'catalogue.title' },
  },
] satisfies RouteRecordRaw[]
