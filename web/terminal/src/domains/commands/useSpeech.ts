import { onScopeDispose, ref } from 'vue'
import { currentLanguage } from '@linli/phone'

interface Heard {
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>
  resultIndex: number
}
interface Recognition {
  lang: string
  continuous: boolean
  interimResults: boolean
  onresult: ((event: Heard) => void) | null
  onerror: ((event: { error: string }) => void) | null
  onend: (() => void) | null
  start: () => void
  stop: () => void
}
type Recognisers = Window & {
  SpeechRecognition?: new () => Recognition
  webkitSpeechRecognition?: new () => Recognition
}

/** Why nothing is heard: the browser has no recogniser, may not use the microphone, or something else. */
export type Deaf = '' | 'none' | 'denied' | 'failed'
const AGAIN_MS = 500

/** Listening for commands, where the browser recognises speech; off until somebody turns it on. */
export function useSpeech(heard: (text: string) => void) {
  const make = (window as Recognisers).SpeechRecognition ?? (window as Recognisers).webkitSpeechRecognition
  const able = make !== undefined && window.isSecureContext
  const on = ref(false)
  const deaf = ref<Deaf>(able ? '' : 'none')
  let ears: Recognition | null = null
  let again: ReturnType<typeof setTimeout> | undefined

  function listen(): void {
    if (!make || !on.value) return
    ears = new make()
    ears.lang = currentLanguage() === 'en' ? 'en-US' : 'zh-CN'
    ears.continuous = true
    ears.interimResults = false
    ears.onresult = (event) => {
      const last = event.results[event.results.length - 1]
      const text = last?.[0]?.transcript ?? ''
      if (last?.isFinal && text) heard(text)
    }
    ears.onerror = ({ error }) => {
      if (error === 'no-speech' || error === 'aborted') return
      deaf.value = error === 'not-allowed' ? 'denied' : 'failed'
      on.value = false
    }
    ears.onend = () => {
      if (on.value) again = setTimeout(listen, AGAIN_MS)
    }
    try {
      ears.start()
    } catch {
      deaf.value = 'failed'
      on.value = false
    }
  }

  function toggle(): void {
    if (!able) return
    on.value = !on.value
    clearTimeout(again)
    if (on.value) {
      deaf.value = ''
      listen()
    } else ears?.stop()
  }

  onScopeDispose(() => {
    on.value = false
    clearTimeout(again)
    ears?.stop()
  })
  return { able, on, deaf, toggle }
}
