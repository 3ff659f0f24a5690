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
} from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type DeskCall = components['schemas']['DeskCall']
export type PassTargets = components['schemas']['PassTargets']
export type PassTo = Omit<components['schemas']['PassWish'], 'page'>
/** `looks`: sees the door, while it rings. */
export type DeskState = 'idle' | 'joining' | 'looks' | 'talks'

const LAST = 8
const AGAIN_MS = 2_000

/** The calls at a community's desks: this page is one of them as long as its line is open. */
export function useDeskCalls(communityId: () => string | null) {
  const page = pageName()
  const now = useResource(async () => {
    const id = communityId()
    if (!id) return null
    const path = { community_id: Number(id) }
    return answer(
      api.GET('/api/console/communities/{community_id}/guard-desk', { params: { path, query: { page } } }),
    )
  }, [communityId])
  const last = useResource(async () => {
    const id = communityId()
    if (!id) return null
    const query = { communityId: Number(id), pageNo: 1, pageSize: LAST }
    return (await answer(api.GET('/api/console/calls', { params: { query } }))).data
  }, [communityId])
  // How a call ended is written down a moment after it went from the desks.
  let again: ReturnType<typeof setTimeout> | undefined
  watch(last.data, (rows) => {
    clearTimeout(again)
    if (rows?.some((row) => !row.outcome)) again = setTimeout(() => void last.reload(), AGAIN_MS)
  })
  onScopeDispose(() => clearTimeout(again))
  const live = useLive<unknown>(
    () => {
      const id = communityId()
      return id ? `/api/console/guard-desk/live?${new URLSearchParams({ communityId: id, page })}` : null
    },
    ['desk'],
    () => void Promise.all([now.reload(), last.reload()]),
  )
  return { now, last, live }
}

/** This page's end of one call at the desk: the door's picture while it rings, then both voices. */
export function useDeskTalk(communityId: () => string | null) {
  const page = pageName()
  const state = ref<DeskState>('idle')
  const callId = ref<string | null>(null)
  const silence = ref<Silence>('')
  /** The caller waits: held, or passed on and not taken yet. */
  const waits = ref(false)
  const media = shallowRef<MediaStream | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  let peer: RTCPeerConnection | null = null
  let voice: MediaStreamTrack | null = null

  // Numbers of calls exceed what a JavaScript number holds: they travel as they came.
  const path = (id: string) => ({ community_id: Number(communityId()), call_id: id as never })

  /** Look at the door of a call; asked again, the platform offers anew and gives the page its place back. */
  async function look(id: string): Promise<void> {
    if (callId.value !== id && callId.value) await leave()
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

  /** The door hears nothing until this page talks again; its picture stays. */
  const hold = () => tell('hold')
  /** Talk again, also with a call that is being passed on. */
  const resume = () => tell('resume')

  const targets = (houseId: string | null) =>
    answer(
      api.GET('/api/console/communities/{community_id}/guard-desk/calls/{call_id}/targets', {
        params: { path: path(callId.value ?? ''), query: { page, houseId: (houseId ?? undefined) as never } },
      }),
    )
  const passOn = (to: PassTo) =>
    api.POST('/api/console/communities/{community_id}/guard-desk/calls/{call_id}/pass', {
      params: { path: path(callId.value ?? '') },
      body: { page, ...to },
    })

  const decline = () => tell('decline').finally(end)
  const hangUp = () => tell('hang-up').finally(end)

  async function open() {
    return answer(
      api.POST('/api/console/communities/{community_id}/guard-desk/calls/{call_id}/open', {
        params: { path: path(callId.value ?? '') },
        body: { page },
      }),
    )
  }

  /** A visitor's phone calls by this doorbell: for an hour it rings nobody. */
  async function muteBell(id: string): Promise<void> {
    await api.POST('/api/console/communities/{community_id}/doorbells/{bell_id}/mute', {
      params: { path: { community_id: Number(communityId()), bell_id: id as never } },
      body: { muted: true },
    })
  }

  async function tell(what: 'take' | 'decline' | 'hang-up' | 'hold' | 'resume'): Promise<void> {
    if (!callId.value) return
    await api.POST(`/api/console/communities/{community_id}/guard-desk/calls/{call_id}/${what}`, {
      params: { path: path(callId.value) },
      body: { page },
    })
  }

  /** Who only looks leaves without declining: it rings on. A talk waits: the platform holds it as long as this page is open. */
  async function leave(): Promise<void> {
    const way = state.value === 'looks' ? 'hang-up' : state.value === 'talks' && !waits.value ? 'hold' : null
    const gone = way && tell(way)
    end()
    await gone?.catch(() => undefined)
  }
  /** The page goes: with it goes its talk. Who waits returns to the queue once the line of the page is closed. */
  function go(): void {
    if (state.value === 'looks' || (state.value === 'talks' && !waits.value))
      void tell('hang-up').catch(() => undefined)
    end()
  }

  function end(): void {
    state.value = 'idle'
    callId.value = null
    peer?.close()
    peer = null
    voice?.stop()
    voice = null
    media.value = null
    waits.value = false
  }

  watch(communityId, go, { flush: 'sync' })
  onScopeDispose(go)
  return {
    state,
    callId,
    silence,
    waits,
    media,
    problem,
    look,
    take,
    hold,
    resume,
    targets,
    passOn,
    decline,
    hangUp,
    open,
    muteBell,
    end,
  }
}

/** How long ago that was, as minutes and seconds. */
export function useWaited(): (sinceMs: number) => string {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), 1_000)
  onScopeDispose(() => clearInterval(timer))
  return (sinceMs) => {
    const seconds = Math.max(0, Math.floor((now.value - sinceMs) / 1000))
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  }
}
