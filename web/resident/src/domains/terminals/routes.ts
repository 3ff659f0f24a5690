import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/terminals',
    name: 'terminals',
    component: () => import('./TerminalsPage.vue'),
    meta: { titleKey: 'terminals.title' },
  },
] satisfies RouteRecordRaw[]
