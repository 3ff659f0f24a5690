import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'doors',
    name: 'doors',
    component: () => import('./DoorsPage.vue'),
    meta: { titleKey: 'doors.title' },
  },
  {
    path: 'doors/:iotId',
    name: 'door',
    component: () => import('./DoorPage.vue'),
    props: true,
    meta: { titleKey: 'doors.one', place: 'doors' },
  },
  {
    path: 'passes',
    name: 'passes',
    component: () => import('./PassesPage.vue'),
    meta: { titleKey: 'doors.passes.title' },
  },
  {
    path: 'door-alarms',
    name: 'door-alarms',
    component: () => import('./AlarmsPage.vue'),
    meta: { titleKey: 'doors.alarms.title' },
  },
] satisfies RouteRecordRaw[]
