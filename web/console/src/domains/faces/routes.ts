import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'faces',
    name: 'faces',
    component: () => import('./FacesPage.vue'),
    meta: { titleKey: 'faces.title' },
  },
] satisfies RouteRecordRaw[]
