import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'boxes',
    name: 'boxes',
    component: () => import('./BoxesPage.vue'),
    meta: { titleKey: 'boxremote.title' },
  },
  {
    path: 'boxes/:nodeId(\\d+)/:tab?',
    name: 'box',
    component: () => import('./BoxPage.vue'),
    props: true,
    meta: { titleKey: 'boxremote.title' },
  },
] satisfies RouteRecordRaw[]
