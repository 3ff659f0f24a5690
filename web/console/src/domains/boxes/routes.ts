import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'edge-clusters',
    name: 'edge-clusters',
    component: () => import('./ClustersPage.vue'),
    meta: { titleKey: 'boxes.clusters.title' },
  },
  {
    path: 'edge-clusters/:clusterId',
    name: 'edge-cluster',
    component: () => import('./ClusterPage.vue'),
    props: true,
    meta: { titleKey: 'boxes.clusters.one', place: 'edge-clusters' },
  },
  {
    path: 'edge-gateways',
    name: 'edge-gateways',
    component: () => import('./GatewaysPage.vue'),
    meta: { titleKey: 'boxes.gateways.title' },
  },
  {
    path: 'edge-gateways/:gatewayId',
    name: 'edge-gateway',
    component: () => import('./GatewayPage.vue'),
    props: true,
    meta: { titleKey: 'boxes.gateways.one', place: 'edge-gateways' },
  },
  {
    path: 'edge-clusters/:clusterId/video/:number([0-2])',
    name: 'edge-video',
    component: () => import('./VideoGatewayPage.vue'),
    props: true,
    meta: { titleKey: 'boxes.video.title', place: 'edge-gateways' },
  },
  {
    path: 'edge-drivers',
    name: 'edge-drivers',
    component: () => import('./DriversPage.vue'),
    meta: { titleKey: 'boxes.drivers.title' },
  },
  {
    path: 'component-requests',
    name: 'component-requests',
    component: () => import('./ComponentRequestsPage.vue'),
    meta: { titleKey: 'boxes.requests.title' },
  },
  {
    path: 'activate-box',
    name: 'activate-box',
    component: () => import('./ActivatePage.vue'),
    meta: { titleKey: 'boxes.activate.title', place: 'edge-clusters' },
  },
] satisfies RouteRecordRaw[]
