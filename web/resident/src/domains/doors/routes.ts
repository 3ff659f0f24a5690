import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/key',
    name: 'key',
    component: () => import('./KeyPage.vue'),
    meta: { titleKey: 'doors.key.title' },
  },
  {
    path: '/bluetooth',
    name: 'bluetooth',
    component: () => import('./BluetoothPage.vue'),
    meta: { titleKey: 'doors.ble.title' },
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
] satisfies RouteRecordRaw[]
