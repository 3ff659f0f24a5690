import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'serials',
    name: 'serials',
    component: () => import('./SerialsPage.vue'),
    meta: { titleKey: 'serials.title' },
  },
] satisfies RouteRecordRaw[]
