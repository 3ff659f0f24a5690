import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'call-limits',
    name: 'call-limits',
    component: () => import('./LimitsPage.vue'),
    meta: { titleKey: 'calllimits.title' },
  },
] satisfies RouteRecordRaw[]
