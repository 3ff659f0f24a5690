import type { RouteRecordRaw } from 'vue-router'
import { phoneRouter } from '@linli/phone'
import { whenSignedOut } from '@/api/client'
import { useSession } from './useSession'

const domains = import.meta.glob<RouteRecordRaw[]>('../domains/*/routes.ts', {
  eager: true,
  import: 'default',
})

export const router = phoneRouter(domains, () => import('./SignInPage.vue'), useSession(), whenSignedOut)
