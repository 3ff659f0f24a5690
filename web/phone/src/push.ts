import { ref } from 'vue'
import { workerRegistration, secure } from './worker'

export type PushState = 'unknown' | 'insecure' | 'unsupported' | 'denied' | 'off' | 'on'

/** The three calls of an app's own API that push needs. */
export interface PushCalls {
  key: () => Promise<string>
  save: (subscription: PushSubscriptionJSON) => Promise<void>
  drop: (endpoint: string) => Promise<void>
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

/** Notifications of this phone: what stands in their way, and switching them on and off. */
export function usePush(calls: PushCalls) {
  const state = ref<PushState>('unknown')

  async function look(): Promise<void> {
    if (!secure) state.value = 'insecure'
    else if (!('PushManager' in window)) state.value = 'unsupported'
    else if (Notification.permission === 'denied') state.value = 'denied'
    else {
      const subscription = await (await workerRegistration())?.pushManager.getSubscription()
      state.value = subscription ? 'on' : 'off'
    }
  }

  async function on(): Promise<void> {
    if ((await Notification.requestPermission()) !== 'granted') return look()
    const registration = await workerRegistration()
    if (!registration) return look()
    const applicationServerKey = bytes(await calls.key())
    const current = await registration.pushManager.getSubscription()
    if (current) await current.unsubscribe() // perhaps made with a key of before
    const subscription = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey,
    })
    await calls.save(subscription.toJSON())
    return look()
  }

  async function off(): Promise<void> {
    const subscription = await (await workerRegistration())?.pushManager.getSubscription()
    if (subscription) {
      await calls.drop(subscription.endpoint)
      await subscription.unsubscribe()
    }
    return look()
  }

  void look()
  return { state, on, off }
}
