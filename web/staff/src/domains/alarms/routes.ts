import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/alarms',
    name: 'alarms',
    component: () => import('./AlarmsPage.vue'),
    meta: { titleKey: 'alarms.title' },
  },
] satisfies RouteRecordRaw[]
