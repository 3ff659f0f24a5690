import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'debugging/:iotId?',
    name: 'debugging',
    component: () => import('./DebugPage.vue'),
    props: true,
    meta: { titleKey: 'debugging.title' },
  },
  {
    path: 'device-log/:iotId?',
    name: 'device-log',
    component: () => import('./DeviceLogPage.vue'),
    props: true,
    meta: { titleKey: 'debugging.log.title' },
  },
  {
    path: 'refused-messages',
    name: 'refused',
    component: () => import('./RefusedPage.vue'),
    meta: { titleKey: 'debugging.refused.title' },
  },
  {
    path: 'trace',
    name: 'trace',
    component: () => import('./TracePage.vue'),
    meta: { titleKey: 'debugging.trace.title' },
  },
] satisfies RouteRecordRaw[]
