import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/visitors',
    name: 'visitors',
    component: () => import('./VisitorsPage.vue'),
    meta: { titleKey: 'visitors.title' },
  },
  {
    path: '/visitors/new',
    name: 'register-visitor',
    component: () => import('./RegisterPage.vue'),
    meta: { titleKey: 'visitors.register' },
  },
  {
    path: '/visitors/:visit(\\d+)',
    name: 'visit',
    component: () => import('./VisitPage.vue'),
    meta: { titleKey: 'visitors.one' },
  },
] satisfies RouteRecordRaw[]
