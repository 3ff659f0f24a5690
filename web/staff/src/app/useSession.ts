import { readonly, shallowRef } from 'vue'
import { forgetSeen } from '@linli/phone'
import { forgetAsked } from '@linli/shared/phone'
import { answer, api, type Schemas } from '@/api/client'

export type Me = Schemas['Me']

/** Said to early.js, which may then ask for more than the session. */
const STORED = 'linli.signedIn'
const me = shallowRef<Me | null>(null)

/** Whose password somebody else set changes it on the console's page, which leads back here. */
function set(value: Me): Me {
  if (value.mustChangePassword)
    location.replace(`/password?next=${encodeURIComponent(import.meta.env.BASE_URL)}`)
  me.value = value
  localStorage.setItem(STORED, '1')
  return value
}

/** Who is signed in, and what they may do. One for the whole app. */
export function useSession() {
  async function load(): Promise<Me> {
    return set(await answer(api.GET('/api/console/session')))
  }

  async function enter(login: string, password: string): Promise<void> {
    set(await answer(api.POST('/api/console/session', { body: { login, password, remember: true } })))
  }

  async function enterByCode(phone: string, code: string): Promise<void> {
    set(await answer(api.POST('/api/console/session/code/verify', { body: { phone, code, remember: true } })))
  }

  async function signOut(): Promise<void> {
    await api.DELETE('/api/console/session')
    forget()
  }

  /** Nobody is signed in any more: neither here nor in what the phone remembers. */
  function forget(): void {
    me.value = null
    localStorage.removeItem(STORED)
    forgetAsked()
    forgetSeen()
  }

  const may = (right: string) => me.value?.rights.includes(right) ?? false

  return { me: readonly(me), may, load, enter, enterByCode, signOut, forget }
}
