import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'products',
    name: 'products',
    component: () => import('./ProductsPage.vue'),
    meta: { titleKey: 'products.title' },
  },
  {
    path: 'products/categories',
    name: 'categories',
    component: () => import('./CategoriesPage.vue'),
    meta: { titleKey: 'products.categories.title' },
  },
  {
    path: 'products/categories/:categoryId(\\d+)',
    name: 'category',
    component: () => import('./CategoryPage.vue'),
    props: true,
    meta: { titleKey: 'products.categories.one', place: 'categories' },
  },
  {
    path: 'products/:productKey/:tab?',
    name: 'product',
    component: () => import('./ProductPage.vue'),
    props: true,
    meta: { titleKey: 'products.one', place: 'products' },
  },
] satisfies RouteRecordRaw[]
