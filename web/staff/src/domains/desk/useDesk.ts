import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import {
  askVoice,
  asProblem,
  browserAnswer,
  pageName,
  useLive,
  useResource,
  type ApiProblem,
  type Silence,
} from '@linli/shared/phone'
import { answer, api, type Schemas } from '@/api/client'

export type DeskCall = Schemas['DeskCall']
type DeskAct = 'take' | 'decline' | 'hang-up' | 'hold' | 'resume'

/** This phone as a guard desk: the calls that ring there, and its end of one of them. */
export function useDesk(communityId: () => string | null) {
  const page = pageName()
  const state = ref<'idle' | 'joining' | 'looks' | 'talks'>('idle')
  const callId = ref<string | null>(null)
  const silence = ref<Silence>('')
  const media = shallowRef<MediaStream | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  let peer: RTCPeerConnection | null = null
  let voice: MediaStreamTrack | null = null

  const now = useResource(async () => {
    const id = communityId()
    if (!id) return null
    return answer(
      api.GET('/api/console/communities/{community_id}/guard-desk', {
        params: { path: { community_id: Number(id) }, query: { page } },
      }),
    )
  }, [communityId])
  const live = useLive<unknown>(
    () => {
      const id = communityId()
      return id ? `/api/console/guard-desk/live?${new URLSearchParams({ communityId: id, page })}` : null
    },
    ['desk'],
    () => void now.refresh(),
  )

  // Numbers of calls exceed what a JavaScript number holds: they travel as they came.
  const path = (id: string) => ({ community_id: Number(communityId()), call_id: id as never })

  /** See the door of a call; asked again, the platform offers anew and gives the page its place back. */
  async function look(id: string): Promise<void> {
    callId.value = id
    state.value = 'joining'
    problem.value = null
    try {
      const offered = await answer(
        api.POST('/api/console/communities/{community_id}/guard-desk/calls/{call_id}/join', {
          params: { path: path(id) },
          body: { page },
        }),
      )
      if (offered.state === 'talks') await hearMe()
      peer?.close()
      const fresh = (peer = new RTCPeerConnection())
      fresh.ontrack = ({ streams }) => (media.value = streams[0] ?? null)
      fresh.onconnectionstatechange = () => {
        if (fresh === peer && fresh.connectionState === 'failed' && callId.value === id) void look(id)
      }
      const description = await browserAnswer(fresh, offered.description, voice)
      await api.PUT('/api/console/communities/{community_id}/guard-desk/calls/{call_id}/picture', {
        params: { path: path(id) },
        body: { page, description },
      })
      if (callId.value === id) state.value = offered.state === 'talks' ? 'talks' : 'looks'
    } catch (error) {
      if (callId.value !== id) return
      problem.value = asProblem(error)
      end()
    }
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

  const open = () =>
    answer(
      api.POST('/api/console/communities/{community_id}/guard-desk/calls/{call_id}/open', {
        params: { path: path(callId.value ?? '') },
        body: { page },
      }),
    )
  const targets = () =>
    answer(
      api.GET('/api/console/communities/{community_id}/guard-desk/calls/{call_id}/targets', {
        params: { path: path(callId.value ?? ''), query: { page } },
      }),
    )
  const passOn = (to: Omit<Schemas['PassWish'], 'page'>) =>
    api.POST('/api/console/communities/{community_id}/guard-desk/calls/{call_id}/pass', {
      params: { path: path(callId.value ?? '') },
      body: { page, ...to },
    })

  async function tell(what: DeskAct): Promise<void> {
    if (!callId.value) return
    await api.POST(`/api/console/communities/{community_id}/guard-desk/calls/{call_id}/${what}`, {
      params: { path: path(callId.value) },
      body: { page },
    })
  }

  const leave = (what: 'decline' | 'hang-up') => tell(what).finally(end)

  function end(): void {
    state.value = 'idle'
    callId.value = null
    peer?.close()
    peer = null
    voice?.stop()
    voice = null
    media.value = null
  }

  /** The page goes: who waits returns to the queue once its line is closed. */
  function go(): void {
    if (state.value === 'looks' || state.value === 'talks') void tell('hang-up').catch(() => undefined)
    end()
  }
  watch(communityId, go, { flush: 'sync' })
  onScopeDispose(go)
  return {
    now,
    live,
    state,
    callId,
    silence,
    media,
    problem,
    look,
    take,
    open,
    tell,
    targets,
    passOn,
    leave,
    end,
  }
}
