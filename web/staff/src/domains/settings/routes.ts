import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/me', name: 'me', component: () => import('./MePage.vue'), meta: { titleKey: 'settings.title' } },
  {
    path: '/notifications',
    name: 'notifications',
    component: () => import('./NotificationsPage.vue'),
    meta: { titleKey: 'settings.notifications' },
  },
] satisfies RouteRecordRaw[]
