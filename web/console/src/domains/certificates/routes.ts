import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'certificates',
    name: 'certificates',
    component: () => import('./CertificatesPage.vue'),
    meta: { titleKey: 'certificates.title' },
  },
  {
    path: 'certificate-reviews',
    name: 'certificate-reviews',
    component: () => import('./CertificatesPage.vue'),
    props: { lab: true },
    meta: { titleKey: 'certificates.lab.title' },
  },
] satisfies RouteRecordRaw[]
