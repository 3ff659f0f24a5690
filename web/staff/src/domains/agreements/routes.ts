import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/terms',
    name: 'terms',
    component: () => import('./AgreementsPage.vue'),
    props: { services: true },
    meta: { titleKey: 'agreements.terms' },
  },
] satisfies RouteRecordRaw[]
