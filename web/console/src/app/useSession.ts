import { computed, readonly, shallowRef } from 'vue'
import { forgetAsked } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'
import { forgetDrafts } from './noticeDraft'

export type Me = components['schemas']['Me']

/** Said to early.js, which may then ask for more than the session. */
const STORED = 'linli.signedIn'
const me = shallowRef<Me | null>(null)

function set(value: Me | null): void {
  me.value = value
  if (value) localStorage.setItem(STORED, '1')
  else {
    localStorage.removeItem(STORED)
    forgetAsked()
    forgetDrafts()
  }
}

/** Who is signed in. One for the whole app. */
export function useSession() {
  async function load(): Promise<Me> {
    const session = await answer(api.GET('/api/console/session'))
    set(session)
    return session
  }

  async function signIn(login: string, password: string, remember: boolean): Promise<void> {
    set(await answer(api.POST('/api/console/session', { body: { login, password, remember } })))
  }

  async function signInByCode(phone: string, code: string, remember: boolean): Promise<void> {
    set(await answer(api.POST('/api/console/session/code/verify', { body: { phone, code, remember } })))
  }

  async function signOut(): Promise<void> {
    await api.DELETE('/api/console/session')
    set(null)
  }

  async function chooseTenant(tenantId: string): Promise<void> {
    set(await answer(api.POST('/api/console/session/tenant', { body: { tenantId } })))
    forgetAsked()
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
    set,
  }
}

type Setup = components['schemas']['SetupState']
let last: Promise<Setup> | null = null

/** How the installation stands to those who are not signed in; one question for the guard and the page behind it. */
export function askSetup(): Promise<Setup> {
  const asked = (last ??= answer(api.GET('/api/console/setup')))
  const forget = () => void setTimeout(() => last === asked && (last = null), 1000)
  asked.then(forget, forget)
  return asked
}
