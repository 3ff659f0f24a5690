import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/my-data',
    name: 'my-data',
    component: () => import('./MyDataPage.vue'),
    meta: { titleKey: 'privacy.title' },
  },
  {
    path: '/my-data/reads',
    name: 'my-data-reads',
    component: () => import('./ReadsPage.vue'),
    meta: { titleKey: 'privacy.reads' },
  },
  {
    path: '/my-data/cameras',
    name: 'my-data-cameras',
    component: () => import('./CameraLooksPage.vue'),
    meta: { titleKey: 'privacy.cameras.title' },
  },
  {
    path: '/my-data/about/:topic',
    name: 'my-data-topic',
    component: () => import('./TopicPage.vue'),
    meta: { titleKey: 'privacy.title' },
  },
] satisfies RouteRecordRaw[]
