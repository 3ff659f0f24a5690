import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'device-groups',
    name: 'device-groups',
    component: () => import('./GroupsPage.vue'),
    meta: { titleKey: 'devicegroups.title' },
  },
  {
    path: 'device-groups/:groupId(\\d+)',
    name: 'device-group',
    component: () => import('./GroupPage.vue'),
    props: true,
    meta: { titleKey: 'devicegroups.one', place: 'device-groups' },
  },
] satisfies RouteRecordRaw[]
