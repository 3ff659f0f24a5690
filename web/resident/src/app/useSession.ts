import { readonly, shallowRef } from 'vue'
import { forgetSeen } from '@linli/phone'
import { forgetAsked } from '@linli/shared/phone'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type Me = components['schemas']['ResidentMe']

/** Said to early.js, which may then ask for more than the session. */
const STORED = 'linli.resident.signedIn'
const me = shallowRef<Me | null>(null)

function set(value: Me): Me {
  me.value = value
  localStorage.setItem(STORED, '1')
  return value
}

/** Which resident is signed in. One for the whole app. */
export function useSession() {
  async function load(): Promise<Me> {
    return set(await answer(api.GET('/api/resident/session')))
  }

  async function enter(phone: string, code: string): Promise<void> {
    set(
      await answer(api.POST('/api/resident/session/code/verify', { body: { phone, code, remember: true } })),
    )
  }

  async function signOut(): Promise<void> {
    await api.DELETE('/api/resident/session')
    forget()
  }

  /** Nobody is signed in any more: neither here nor in what the phone remembers. */
  function forget(): void {
    me.value = null
    localStorage.removeItem(STORED)
    forgetAsked()
    forgetSeen()
  }

  return { me: readonly(me), load, enter, signOut, forget }
}
