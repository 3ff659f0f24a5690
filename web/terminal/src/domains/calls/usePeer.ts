import { onScopeDispose, ref, shallowRef } from 'vue'
import { askVoice, asProblem, browserAnswer, type ApiProblem, type Silence } from '@linli/shared/phone'

/** How a page joins something that is heard or seen: the platform offers, the browser answers. */
export interface Line {
  join: () => Promise<{ description: string; state?: string }>
  answer: (description: string) => Promise<unknown>
}
const AGAIN_MS = 1_500
const TRIES = 6

/** One connection to sound and picture. `speaks`: the microphone is sent from the beginning. */
export function usePeer(line: Line, speaks = false) {
  const media = shallowRef<MediaStream | null>(null)
  const silence = ref<Silence>('')
  const problem = shallowRef<ApiProblem | null>(null)
  const joined = ref(false)
  const over = ref(false)
  let peer: RTCPeerConnection | null = null
  let voice: MediaStreamTrack | null = null
  let tries = 0
  let again: ReturnType<typeof setTimeout> | undefined

  async function join(): Promise<void> {
    clearTimeout(again)
    try {
      const offered = await line.join()
      if (speaks || offered.state === 'talks') await hearMe()
      peer?.close()
      const fresh = (peer = new RTCPeerConnection())
      fresh.ontrack = ({ streams }) => (media.value = streams[0] ?? null)
      fresh.onconnectionstatechange = () => {
        if (fresh !== peer) return
        if (fresh.connectionState === 'connected') tries = 0
        if (['failed', 'disconnected'].includes(fresh.connectionState)) comeBack()
      }
      await line.answer(await browserAnswer(fresh, offered.description, voice))
      joined.value = true
      problem.value = null
    } catch (error) {
      problem.value = asProblem(error)
      if ([404, 409, 503].includes(problem.value.status)) end()
      else comeBack()
    }
  }

  function comeBack(): void {
    clearTimeout(again)
    if (over.value || tries >= TRIES) return
    tries += 1
    again = setTimeout(() => void join(), AGAIN_MS)
  }

  /** Ask for the microphone. Without one the other end is heard all the same. */
  async function hearMe(): Promise<boolean> {
    if (!voice) {
      const asked = await askVoice()
      voice = asked.voice
      silence.value = asked.silence
    }
    const way = peer?.getTransceivers().find((each) => each.receiver.track.kind === 'audio')
    if (voice) await way?.sender.replaceTrack(voice)
    return voice !== null
  }

  async function hush(): Promise<void> {
    const way = peer?.getTransceivers().find((each) => each.receiver.track.kind === 'audio')
    await way?.sender.replaceTrack(null)
    voice?.stop()
    voice = null
  }

  function end(): void {
    clearTimeout(again)
    over.value = true
    peer?.close()
    peer = null
    voice?.stop()
    voice = null
    media.value = null
  }

  onScopeDispose(end)
  return { media, silence, problem, joined, over, join, hearMe, hush, end }
}
