import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'notices',
    name: 'notices',
    component: () => import('./NoticesPage.vue'),
    meta: { titleKey: 'notices.title' },
  },
  {
    path: 'notices/new',
    name: 'new-notice',
    component: () => import('./NoticeEditorPage.vue'),
    meta: { titleKey: 'notices.write', place: 'notices' },
  },
  {
    path: 'notices/:id(\\d+)/edit',
    name: 'edit-notice',
    component: () => import('./NoticeEditorPage.vue'),
    props: true,
    meta: { titleKey: 'notices.edit', place: 'notices' },
  },
] satisfies RouteRecordRaw[]
