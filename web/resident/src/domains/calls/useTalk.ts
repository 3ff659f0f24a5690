import { onScopeDispose, ref, shallowRef } from 'vue'
import {
  askVoice,
  asProblem,
  browserAnswer,
  pageName,
  type ApiProblem,
  type Silence,
} from '@linli/shared/phone'
import { answer, api, type Schemas } from '@/api/client'

/** `looks`: sees the door, while it rings. `ended`: here; what became of the call is asked for elsewhere. */
export type TalkState = 'joining' | 'looks' | 'talks' | 'ended'
const AGAIN_MS = 1_500
const TRIES = 6

/** This page's end of one call: the door's picture while it rings, then both voices. */
export function useTalk(houseId: number, callId: number) {
  const page = pageName()
  const state = ref<TalkState>('joining')
  const silence = ref<Silence>('')
  const media = shallowRef<MediaStream | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const path = { house_id: houseId, call_id: callId }
  let peer: RTCPeerConnection | null = null
  let voice: MediaStreamTrack | null = null
  let tries = 0
  let again: ReturnType<typeof setTimeout> | undefined

  async function join(): Promise<void> {
    clearTimeout(again)
    try {
      const offered = await answer(
        api.POST('/api/resident/houses/{house_id}/calls/{call_id}/join', {
          params: { path },
          body: { page },
        }),
      )
      if (offered.state === 'talks') await hearMe()
      await connect(offered.description)
      state.value = offered.state === 'talks' ? 'talks' : 'looks'
      problem.value = null
    } catch (error) {
      fail(error)
    }
  }

  async function connect(description: string): Promise<void> {
    peer?.close()
    const fresh = (peer = new RTCPeerConnection())
    fresh.ontrack = ({ streams }) => (media.value = streams[0] ?? null)
    fresh.onconnectionstatechange = () => {
      if (fresh !== peer) return
      if (fresh.connectionState === 'connected') tries = 0
      if (['failed', 'disconnected'].includes(fresh.connectionState)) comeBack()
    }
    const answered = await browserAnswer(fresh, description, voice)
    await api.PUT('/api/resident/houses/{house_id}/calls/{call_id}/picture', {
      params: { path },
      body: { page, description: answered },
    })
  }

  /** The line broke: of this network, or the platform's. */
  function comeBack(): void {
    clearTimeout(again)
    if (state.value === 'ended' || tries >= TRIES) return
    tries += 1
    again = setTimeout(() => void join(), AGAIN_MS)
  }

  /** Ask for the microphone. Without one the door is heard all the same. */
  async function hearMe(): Promise<void> {
    if (voice) return
    const asked = await askVoice()
    voice = asked.voice
    silence.value = asked.silence
  }

  async function take(): Promise<void> {
    await hearMe()
    const way = peer?.getTransceivers().find((each) => each.receiver.track.kind === 'audio')
    if (voice) await way?.sender.replaceTrack(voice)
    await tell('take')
    state.value = 'talks'
  }

  /** Decline while it rings, hang up while one talks. */
  async function leave(): Promise<void> {
    const talks = state.value === 'talks'
    end()
    await tell(talks ? 'hang-up' : 'decline')
  }

  /** `heldMs`: how long the button was pressed; what that means only the member and the platform know. */
  async function open(heldMs: number): Promise<Schemas['DoorTold']> {
    const query = { heldMs: Math.round(heldMs) }
    return answer(
      api.POST('/api/resident/houses/{house_id}/calls/{call_id}/open', { params: { path, query } }),
    )
  }

  async function tell(what: 'take' | 'decline' | 'hang-up'): Promise<void> {
    await api.POST(`/api/resident/houses/{house_id}/calls/{call_id}/${what}`, {
      params: { path },
      body: { page },
    })
  }

  /** The doorbell by which a visitor's phone calls rings this home no more for an hour. */
  async function muteBell(): Promise<void> {
    await api.POST('/api/resident/houses/{house_id}/calls/{call_id}/mute-bell', { params: { path } })
  }

  function fail(error: unknown): void {
    problem.value = asProblem(error)
    if (problem.value.status === 409 || problem.value.status === 404) end()
    else comeBack()
  }

  function end(): void {
    clearTimeout(again)
    state.value = 'ended'
    peer?.close()
    peer = null
    voice?.stop()
    voice = null
    media.value = null
  }

  onScopeDispose(() => {
    const left = state.value === 'looks' || state.value === 'talks'
    end()
    // Who only looks leaves without declining: the others go on ringing.
    if (left) void tell('hang-up').catch(() => undefined)
  })

  return { state, silence, media, problem, join, take, leave, open, muteBell, end }
}
