import { readonly, shallowRef } from 'vue'
import { forgetSeen } from '@linli/phone'
import { answer, api, type Schemas } from '@/api/client'

export type Me = Schemas['Me']

const me = shallowRef<Me | null>(null)

/** Who is signed in, and what they may do. One for the whole app. */
export function useSession() {
  async function load(): Promise<Me> {
    me.value = await answer(api.GET('/api/console/session'))
    return me.value
  }

  async function enter(login: string, password: string): Promise<void> {
    me.value = await answer(api.POST('/api/console/session', { body: { login, password, remember: true } }))
  }

  async function enterByCode(phone: string, code: string): Promise<void> {
    me.value = await answer(
      api.POST('/api/console/session/code/verify', { body: { phone, code, remember: true } }),
    )
  }

  async function signOut(): Promise<void> {
    await api.DELETE('/api/console/session')
    forget()
  }

  /** Nobody is signed in any more: neither here nor in what the phone remembers. */
  function forget(): void {
    me.value = null
    forgetSeen()
  }

  const may = (right: string) => me.value?.rights.includes(right) ?? false

  return { me: readonly(me), may, load, enter, enterByCode, signOut, forget }
}
