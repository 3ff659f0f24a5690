import { onScopeDispose, readonly, ref, shallowRef } from 'vue'
import { ApiProblem, asProblem } from '@linli/shared/phone'
import { answer, api, whenEnded, type Schemas } from '@/api/client'

export type Place = Schemas['Place']
export type Stage = 'starting' | 'offline' | 'code' | 'entered'
const LOOK_MS = 2_000
const AGAIN_MS = 4_000
const RENEW_MS = 3_600_000

/** Whether this page is a terminal: it shows a code, is bound by somebody, and enters. */
export function useTerminal() {
  const stage = ref<Stage>('starting')
  const place = shallowRef<Place | null>(null)
  const code = ref('')
  const endsMs = ref(0)
  const problem = shallowRef<ApiProblem | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  function later(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), ms)
  }

  async function look(): Promise<void> {
    try {
      const { state } = await answer(api.GET('/api/terminal/session'))
      if (state === 'bound') await api.POST('/api/terminal/session')
      if (state === 'bound' || state === 'entered') return await enter()
      stage.value = 'code'
      place.value = null
      if (state === 'new' || !code.value || Date.now() >= endsMs.value) await showCode()
      problem.value = null
      later(LOOK_MS)
    } catch (error) {
      problem.value = asProblem(error)
      if (problem.value.unreachable) stage.value = 'offline'
      later(AGAIN_MS)
    }
  }

  async function showCode(): Promise<void> {
    const shown = await answer(api.POST('/api/terminal/session/code'))
    code.value = shown.code
    endsMs.value = Date.now() + shown.seconds * 1000
  }

  async function enter(): Promise<void> {
    await api.PUT('/api/terminal/session/token')
    place.value = await answer(api.GET('/api/terminal/place'))
    code.value = ''
    problem.value = null
    stage.value = 'entered'
    clearTimeout(timer)
  }

  async function unbind(): Promise<void> {
    await api.DELETE('/api/terminal/session')
    await look()
  }

  whenEnded(() => later(0))
  const renewing = setInterval(() => stage.value === 'entered' && void look(), RENEW_MS)
  const back = () => void look()
  window.addEventListener('online', back)
  onScopeDispose(() => {
    clearTimeout(timer)
    clearInterval(renewing)
    window.removeEventListener('online', back)
  })
  void look()
  return { stage: readonly(stage), place, code, endsMs, problem, look, unbind }
}
