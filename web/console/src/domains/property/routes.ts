import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'employees/:departmentId(\\d+)?',
    name: 'employees',
    component: () => import('./EmployeesPage.vue'),
    props: true,
    meta: { titleKey: 'property.employees.title' },
  },
  {
    path: 'permissions/:view(functions)?',
    name: 'permissions',
    component: () => import('./PermissionsPage.vue'),
    props: true,
    meta: { titleKey: 'property.permissions.title' },
  },
] satisfies RouteRecordRaw[]
