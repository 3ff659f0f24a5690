import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/me', name: 'me', component: () => import('./MePage.vue'), meta: { titleKey: 'settings.title' } },
] satisfies RouteRecordRaw[]
