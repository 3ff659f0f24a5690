import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'residents/:identityId',
    name: 'resident',
    component: () => import('./ResidentPage.vue'),
    props: true,
    meta: { titleKey: 'people.residents.one', place: 'residents' },
  },
  {
    path: 'houses/:houseId(\\d+)',
    name: 'house',
    component: () => import('./HousePage.vue'),
    props: true,
    meta: { titleKey: 'people.houses.one', place: 'spaces' },
  },
] satisfies RouteRecordRaw[]
