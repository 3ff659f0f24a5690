import { computed, onBeforeUnmount, ref } from 'vue'
import { askVoice, useAction, type Silence } from '@linli/shared'
import { answer, api } from '@/api/client'
import talkVoice from './talkVoice.js?url&no-inline'

/** Talking to a camera: `start` while something is held, `stop` when it is let go. */
export function useTalk(communityId: () => string, cameraId: () => string) {
  const state = ref<'idle' | 'asking' | 'talking'>('idle')
  const silence = ref<Silence>('')
  /** Why it ended, where that was not this page. */
  const ended = ref('')
  const left = ref(0)
  const ask = useAction(() =>
    answer(
      api.POST('/api/console/communities/{community_id}/cameras/{camera_id}/talk', {
        params: { path: { community_id: Number(communityId()), camera_id: Number(cameraId()) } },
      }),
    ),
  )
  const problem = computed(() => (state.value === 'idle' ? ask.problem.value : null))
  let pressed = false
  /** Counted up by each start, so that what an earlier one still waits for counts no more. */
  let turn = 0
  let line: WebSocket | null = null
  let sound: AudioContext | null = null
  let voice: MediaStreamTrack | null = null
  let clock = 0

  async function start(): Promise<void> {
    if (pressed || state.value !== 'idle') return
    pressed = true
    const mine = ++turn
    silence.value = ended.value = ''
    state.value = 'asking'
    const asked = await askVoice()
    if (mine !== turn || !pressed || !asked.voice) {
      asked.voice?.stop()
      if (mine === turn) {
        silence.value = asked.silence
        stop()
      }
      return
    }
    voice = asked.voice
    const answered = await ask.run()
    if (mine !== turn) {
      if (answered)
        open(answered.path).addEventListener('open', (event) => (event.target as WebSocket).close())
      return
    }
    if (!answered) {
      stop()
      return
    }
    line = open(answered.path)
    line.onmessage = (event) => (ended.value = reasonOf(String(event.data)))
    line.onclose = () => mine === turn && stop()
    if (!(await speak(line, asked.voice))) {
      if (mine === turn) ended.value = 'sound'
      if (mine === turn) stop()
      return
    }
    if (mine !== turn) return
    state.value = 'talking'
    left.value = answered.seconds
    clock = window.setInterval(() => (left.value = Math.max(0, left.value - 1)), 1000)
  }

  async function speak(to: WebSocket, from: MediaStreamTrack): Promise<boolean> {
    try {
      const context = (sound = new AudioContext())
      await context.audioWorklet.addModule(talkVoice)
      const taken = new AudioWorkletNode(context, 'talk-voice', { numberOfOutputs: 0 })
      taken.port.onmessage = (event: MessageEvent<Uint8Array<ArrayBuffer>>) => {
        if (to.readyState === WebSocket.OPEN) to.send(event.data)
      }
      context.createMediaStreamSource(new MediaStream([from])).connect(taken)
      await context.resume()
      return true
    } catch {
      return false
    }
  }

  function stop(): void {
    pressed = false
    turn += 1
    window.clearInterval(clock)
    line?.close()
    voice?.stop()
    void sound?.close().catch(() => undefined)
    line = sound = voice = null
    state.value = 'idle'
  }

  onBeforeUnmount(stop)
  return { state, silence, ended, left, problem, start, stop }
}

function open(path: string): WebSocket {
  const url = new URL(path, location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  return new WebSocket(url)
}

function reasonOf(text: string): string {
  try {
    return String((JSON.parse(text) as { ended?: string }).ended ?? '')
  } catch {
    return ''
  }
}
