import { computed, readonly, shallowRef } from 'vue'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Me = components['schemas']['Me']

const me = shallowRef<Me | null>(null)

/** Who is signed in. One for the whole app. */
export function useSession() {
  async function load(): Promise<Me> {
    me.value = await answer(api.GET('/api/console/session'))
    return me.value
  }

  async function signIn(login: string, password: string, remember: boolean): Promise<void> {
    me.value = await answer(api.POST('/api/console/session', { body: { login, password, remember } }))
  }

  async function signInByCode(phone: string, code: string, remember: boolean): Promise<void> {
    me.value = await answer(api.POST('/api/console/session/code/verify', { body: { phone, code, remember } }))
  }

  async function signOut(): Promise<void> {
    await api.DELETE('/api/console/session')
    me.value = null
  }

  async function chooseTenant(tenantId: string): Promise<void> {
    me.value = await answer(api.POST('/api/console/session/tenant', { body: { tenantId } }))
  }

  return {
    me: readonly(me),
    may: (right: string) => me.value?.rights.includes(right) ?? false,
    operator: computed(() => me.value?.operator ?? false),
    load,
    signIn,
    signInByCode,
    signOut,
    chooseTenant,
    set: (value: Me | null) => (me.value = value),
  }
}
