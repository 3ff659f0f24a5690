import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'passage-rules',
    name: 'passage-rules',
    component: () => import('./PassageRulesPage.vue'),
    meta: { titleKey: 'passagerules.title' },
  },
] satisfies RouteRecordRaw[]
