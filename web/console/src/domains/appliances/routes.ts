import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'edge-clusters',
    name: 'edge-clusters',
    component: () => import('./ClustersPage.vue'),
    meta: { titleKey: 'appliances.clusters.title' },
  },
  {
    path: 'edge-clusters/:clusterId',
    name: 'edge-cluster',
    component: () => import('./ClusterPage.vue'),
    props: true,
    meta: { titleKey: 'appliances.clusters.one', place: 'edge-clusters' },
  },
  {
    path: 'edge-gateways',
    name: 'edge-gateways',
    component: () => import('./GatewaysPage.vue'),
    meta: { titleKey: 'appliances.gateways.title' },
  },
  {
    path: 'edge-gateways/:gatewayId',
    name: 'edge-gateway',
    component: () => import('./GatewayPage.vue'),
    props: true,
    meta: { titleKey: 'appliances.gateways.one', place: 'edge-gateways' },
  },
  {
    path: 'edge-drivers',
    name: 'edge-drivers',
    component: () => import('./DriversPage.vue'),
    meta: { titleKey: 'appliances.drivers.title' },
  },
  {
    path: 'component-requests',
    name: 'component-requests',
    component: () => import('./ComponentRequestsPage.vue'),
    meta: { titleKey: 'appliances.requests.title' },
  },
  {
    path: 'activate-box',
    name: 'activate-box',
    component: () => import('./ActivatePage.vue'),
    meta: { titleKey: 'appliances.activate.title', place: 'edge-clusters' },
  },
] satisfies RouteRecordRaw[]
