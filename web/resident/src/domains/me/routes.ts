import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/me', name: 'me', component: () => import('./MePage.vue'), meta: { titleKey: 'me.title' } },
  {
    path: '/settings',
    name: 'settings',
    component: () => import('./SettingsPage.vue'),
    meta: { titleKey: 'me.settings' },
  },
] satisfies RouteRecordRaw[]
