import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'integrations/service-bus',
    name: 'service-bus',
    component: () => import('./ServiceBusPage.vue'),
    meta: { titleKey: 'servicebus.title' },
  },
  {
    path: 'integrations/service-bus/:model/:version',
    name: 'service-model',
    component: () => import('./ModelPage.vue'),
    props: true,
    meta: { titleKey: 'servicebus.models.title' },
  },
] satisfies RouteRecordRaw[]
