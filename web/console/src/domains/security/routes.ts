import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'security-alarms',
    name: 'security-alarms',
    component: () => import('./SecurityAlarmsPage.vue'),
    meta: { titleKey: 'security.title' },
  },
] satisfies RouteRecordRaw[]
