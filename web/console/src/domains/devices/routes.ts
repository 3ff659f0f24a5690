import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'devices',
    name: 'devices',
    component: () => import('./DevicesPage.vue'),
    meta: { titleKey: 'devices.title' },
  },
  {
    path: 'device-batches',
    name: 'device-batches',
    component: () => import('./BatchesPage.vue'),
    meta: { titleKey: 'devices.batch.title', place: 'devices' },
  },
  {
    path: 'device-batches/:batchId(\\d+)',
    name: 'device-batch',
    component: () => import('./BatchPage.vue'),
    props: true,
    meta: { titleKey: 'devices.batch.title', place: 'devices' },
  },
  {
    path: 'devices/:iotId/:tab(properties|events|services|check|desired|shadow|log|topology|messages|deliveries|certificates|manage)?',
    name: 'device',
    component: () => import('./DevicePage.vue'),
    props: true,
    meta: { titleKey: 'devices.one', place: 'devices' },
  },
] satisfies RouteRecordRaw[]
