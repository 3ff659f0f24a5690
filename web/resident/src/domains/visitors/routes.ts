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
    name: 'invite',
    component: () => import('./InvitePage.vue'),
    meta: { titleKey: 'visitors.invite' },
  },
] satisfies RouteRecordRaw[]
