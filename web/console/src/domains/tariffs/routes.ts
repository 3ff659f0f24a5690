import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'parking-tariffs',
    name: 'parking-tariffs',
    component: () => import('./TariffsPage.vue'),
    meta: { titleKey: 'tariffs.title' },
  },
  {
    path: 'parking-tariffs/:id',
    name: 'parking-tariff',
    component: () => import('./TariffPage.vue'),
    props: true,
    meta: { titleKey: 'tariffs.one', place: 'parking-tariffs' },
  },
] satisfies RouteRecordRaw[]
