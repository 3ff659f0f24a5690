import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/', name: 'home', component: () => import('./HomePage.vue'), meta: { titleKey: 'home.title' } },
  {
    path: '/help',
    name: 'help',
    component: () => import('./HelpPage.vue'),
    meta: { titleKey: 'home.help.title' },
  },
] satisfies RouteRecordRaw[]
