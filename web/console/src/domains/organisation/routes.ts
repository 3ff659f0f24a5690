import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'organisation/persons/:accountId(\\d+)?',
    name: 'organisation-persons',
    component: () => import('./PersonsPage.vue'),
    props: true,
    meta: { titleKey: 'organisation.persons.title' },
  },
  {
    path: 'organisation/groups/:projectId?',
    name: 'organisation-groups',
    component: () => import('./GroupsPage.vue'),
    props: true,
    meta: { titleKey: 'organisation.groups.title' },
  },
  {
    path: 'organisation/roles',
    name: 'organisation-roles',
    component: () => import('./RolesPage.vue'),
    meta: { titleKey: 'organisation.roles.title' },
  },
  {
    path: 'organisation/log',
    name: 'organisation-log',
    component: () => import('./LogPage.vue'),
    meta: { titleKey: 'organisation.log.title' },
  },
  {
    path: 'sms-outbox',
    name: 'sms-outbox',
    component: () => import('./SmsPage.vue'),
    meta: { titleKey: 'organisation.sms.title' },
  },
] satisfies RouteRecordRaw[]
