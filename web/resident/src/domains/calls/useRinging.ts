import { computed, readonly, ref, shallowRef } from 'vue'
import { useLive } from '@linli/shared/phone'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type HomeCall = components['schemas']['HomeCall']

/** What the live line says of a call; `state` 0 rings, 1 talks, 2 is over. */
export interface CallMoved {
  callId: string
  houseId: string
  state: number
  outcome: string
}

const calls = shallowRef<HomeCall[]>([])
const on = ref(false)
const loaded = ref(false)

async function look(): Promise<void> {
  try {
    const now = await answer(api.GET('/api/resident/calls/now'))
    calls.value = now.calls
    on.value = now.on
  } catch {
    // The next event, or the page itself, says what is wrong.
  } finally {
    loaded.value = true
  }
}

/** Follow the homes of who is signed in; one line for the whole app. `on` hears each change once the calls are known. */
export function followCalls(signedIn: () => boolean, changed: () => void): void {
  useLive<CallMoved>(
    () => (signedIn() ? '/api/resident/calls/live' : null),
    ['call', 'missed'],
    () => void look().then(changed),
  )
}

export function useRinging() {
  const ringing = computed(() => calls.value.find((call) => call.state === 'rings') ?? null)
  return { calls: readonly(calls), on: readonly(on), loaded: readonly(loaded), ringing, look }
}
