import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/doors',
    name: 'doors',
    component: () => import('./DoorsPage.vue'),
    meta: { titleKey: 'doors.title' },
  },
  {
    path: '/passes',
    name: 'passes',
    component: () => import('./PassesPage.vue'),
    meta: { titleKey: 'doors.passes.title' },
  },
  {
    path: '/why',
    name: 'why',
    component: () => import('./WhyPage.vue'),
    meta: { titleKey: 'doors.why.title' },
  },
  {
    path: '/key',
    name: 'key',
    component: () => import('./KeyPage.vue'),
    meta: { titleKey: 'doors.key.title' },
  },
  {
    path: '/face',
    name: 'face',
    component: () => import('./FacePage.vue'),
    meta: { titleKey: 'doors.face.title' },
  },
] satisfies RouteRecordRaw[]
