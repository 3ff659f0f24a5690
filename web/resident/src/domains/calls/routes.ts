import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/calls/:house?',
    name: 'calls',
    component: () => import('./CallsPage.vue'),
    meta: { titleKey: 'calls.title' },
  },
  {
    path: '/ring/:house/:call',
    name: 'ring',
    component: () => import('./RingPage.vue'),
    meta: { titleKey: 'calls.ring.title' },
  },
  {
    path: '/door/:community/:door',
    name: 'door-view',
    component: () => import('./DoorViewPage.vue'),
    meta: { titleKey: 'calls.view.title' },
  },
  {
    path: '/call-settings/:house',
    name: 'call-settings',
    component: () => import('./CallSettingsPage.vue'),
    meta: { titleKey: 'calls.settings.title' },
  },
] satisfies RouteRecordRaw[]
