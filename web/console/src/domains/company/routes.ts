import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'organisation',
    name: 'company',
    component: () => import('./CompanyPage.vue'),
    meta: { titleKey: 'company.title' },
  },
] satisfies RouteRecordRaw[]
