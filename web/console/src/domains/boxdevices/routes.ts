import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'gateway-protocols/:protocolId/devices',
    name: 'edge-devices',
    component: () => import('./BoxDevicesPage.vue'),
    props: true,
    meta: { titleKey: 'boxdevices.title' },
  },
] satisfies RouteRecordRaw[]
