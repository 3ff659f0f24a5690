import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/houses',
    name: 'houses',
    component: () => import('./HousesPage.vue'),
    meta: { titleKey: 'houses.title' },
  },
  {
    path: '/houses/:id(\\d+)',
    name: 'house',
    component: () => import('./HousePage.vue'),
    meta: { titleKey: 'houses.one' },
  },
  {
    path: '/houses/:id(\\d+)/again',
    name: 'certify-again',
    component: () => import('./AgainPage.vue'),
    meta: { titleKey: 'houses.again' },
  },
  {
    path: '/houses/:id(\\d+)/add',
    name: 'add-member',
    component: () => import('./AddMemberPage.vue'),
    meta: { titleKey: 'houses.members.add' },
  },
  {
    path: '/c/:community(\\d+)/certify',
    name: 'certify',
    component: () => import('./CertifyPage.vue'),
    meta: { titleKey: 'houses.certify' },
  },
  {
    // What an owner's invitation opens.
    path: '/join/:code',
    name: 'join',
    component: () => import('./JoinPage.vue'),
    meta: { titleKey: 'houses.join.title' },
  },
] satisfies RouteRecordRaw[]
