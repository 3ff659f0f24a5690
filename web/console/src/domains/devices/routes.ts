import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'devices',
    name: 'devices',
    component: () => import('./DevicesPage.vue'),
    meta: { titleKey: 'devices.title' },
  },
  {
    path: 'devices/:iotId/:tab(properties|events|services|desired|shadow|log|topology|messages|deliveries)?',
    name: 'device',
    component: () => import('./DevicePage.vue'),
    props: true,
    meta: { titleKey: 'devices.one', place: 'devices' },
  },
] satisfies RouteRecordRaw[]
