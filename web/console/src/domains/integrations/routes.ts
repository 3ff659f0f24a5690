import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'integrations/keys',
    name: 'keys',
    component: () => import('./KeysPage.vue'),
    meta: { titleKey: 'integrations.keys.title' },
  },
  {
    path: 'integrations/debugger',
    name: 'debugger',
    component: () => import('./DebuggerPage.vue'),
    meta: { titleKey: 'integrations.debugger.title' },
  },
  {
    path: 'integrations/reference/:method(.*)?',
    name: 'reference',
    component: () => import('./ReferencePage.vue'),
    props: true,
    meta: { titleKey: 'integrations.reference.title' },
  },
  {
    path: 'integrations/sandbox',
    name: 'sandbox',
    component: () => import('./SandboxPage.vue'),
    meta: { titleKey: 'integrations.sandbox.title' },
  },
  {
    path: 'integrations/requests',
    name: 'requests',
    component: () => import('./RequestsPage.vue'),
    meta: { titleKey: 'integrations.requests.title' },
  },
  {
    path: 'integrations/subscriptions',
    name: 'subscriptions',
    component: () => import('./SubscriptionsPage.vue'),
    meta: { titleKey: 'integrations.subscriptions.title' },
  },
  {
    path: 'integrations/subscriptions/:id(\\d+)',
    name: 'subscription',
    component: () => import('./SubscriptionPage.vue'),
    props: true,
    meta: { titleKey: 'integrations.subscriptions.title' },
  },
] satisfies RouteRecordRaw[]
