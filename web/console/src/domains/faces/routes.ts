import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'faces',
    name: 'faces',
    component: () => import('./FacesPage.vue'),
    meta: { titleKey: 'faces.title' },
  },
  {
    path: 'faces/engine',
    name: 'face-engine',
    component: () => import('./EnginePage.vue'),
    meta: { titleKey: 'faces.engine.title' },
  },
] satisfies RouteRecordRaw[]
