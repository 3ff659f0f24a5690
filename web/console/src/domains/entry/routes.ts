import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'scan/:ticket',
    name: 'scan',
    component: () => import('./ScanPage.vue'),
    props: true,
    meta: { titleKey: 'entry.scan.title' },
  },
  {
    path: 'upgrade/:ticket',
    name: 'upgrade',
    component: () => import('./UpgradePage.vue'),
    props: true,
    meta: { titleKey: 'entry.upgrade.title' },
  },
] satisfies RouteRecordRaw[]
