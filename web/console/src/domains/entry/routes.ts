import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'scan/:ticket',
    name: 'scan',
    component: () => import('./ScanPage.vue'),
    props: true,
    meta: { titleKey: 'entry.scan.title' },
  },
] satisfies RouteRecordRaw[]
