import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'configs',
    name: 'configs',
    component: () => import('./ConfigsPage.vue'),
    meta: { titleKey: 'configs.title' },
  },
] satisfies RouteRecordRaw[]
