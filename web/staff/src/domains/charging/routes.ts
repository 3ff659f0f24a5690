import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/charging',
    name: 'charging',
    component: () => import('./ChargingPage.vue'),
    meta: { titleKey: 'charging.title' },
  },
  {
    path: '/charging/:stay(\\d+)',
    name: 'charge',
    component: () => import('./ChargePage.vue'),
    meta: { titleKey: 'charging.one' },
  },
  {
    path: '/till',
    name: 'till',
    component: () => import('./TillPage.vue'),
    meta: { titleKey: 'charging.till.title' },
  },
] satisfies RouteRecordRaw[]
