import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'communities',
    name: 'communities',
    component: () => import('./CommunitiesPage.vue'),
    meta: { titleKey: 'people.communities.title' },
  },
  {
    path: 'communities/:id(\\d+)',
    name: 'community',
    component: () => import('./CommunityPage.vue'),
    props: true,
    meta: { titleKey: 'people.communities.one', place: 'communities' },
  },
  {
    path: 'spaces',
    name: 'spaces',
    component: () => import('./SpacesPage.vue'),
    meta: { titleKey: 'people.spaces.title' },
  },
  {
    path: 'resident-form',
    name: 'resident-form',
    component: () => import('./FormPage.vue'),
    meta: { titleKey: 'people.form.title' },
  },
  {
    path: 'residents',
    name: 'residents',
    component: () => import('./ResidentsPage.vue'),
    meta: { titleKey: 'people.residents.title' },
  },
] satisfies RouteRecordRaw[]
