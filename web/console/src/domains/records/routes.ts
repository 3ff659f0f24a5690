import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'integrations/records',
    name: 'records',
    component: () => import('./RecordsPage.vue'),
    meta: { titleKey: 'records.title' },
  },
] satisfies RouteRecordRaw[]
