import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'user-groups/:groupId?',
    name: 'user-groups',
    component: () => import('./UserGroupsPage.vue'),
    props: true,
    meta: { titleKey: 'usergroups.title' },
  },
] satisfies RouteRecordRaw[]
