import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'projects',
    name: 'projects',
    component: () => import('./ProjectsPage.vue'),
    meta: { titleKey: 'projects.title' },
  },
  {
    path: 'projects/:projectId',
    name: 'project',
    component: () => import('./ProjectPage.vue'),
    props: true,
    meta: { titleKey: 'projects.title', place: 'projects' },
  },
  {
    path: 'capability-reviews',
    name: 'capability-reviews',
    component: () => import('./ReviewsPage.vue'),
    meta: { titleKey: 'projects.reviews.title' },
  },
] satisfies RouteRecordRaw[]
