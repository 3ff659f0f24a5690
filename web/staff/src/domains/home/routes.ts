import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/', name: 'today', component: () => import('./TodayPage.vue'), meta: { titleKey: 'home.title' } },
] satisfies RouteRecordRaw[]
