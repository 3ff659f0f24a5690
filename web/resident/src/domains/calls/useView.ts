import { onScopeDispose, ref, shallowRef } from 'vue'
import {
  askVoice,
  asProblem,
  browserAnswer,
  pageName,
  type ApiProblem,
  type Silence,
} from '@linli/shared/phone'
import { answer, api } from '@/api/client'

/** This page's look through a door's camera. The door answers by itself and hears nothing until one talks. */
export function useView(communityId: number, iotId: string) {
  const page = pageName()
  const state = ref<'joining' | 'looks' | 'ended'>('joining')
  const talks = ref(false)
  const silence = ref<Silence>('')
  const media = shallowRef<MediaStream | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const path = { community_id: communityId, iot_id: iotId }
  let peer: RTCPeerConnection | null = null
  let voice: MediaStreamTrack | null = null

  async function look(): Promise<void> {
    problem.value = null
    state.value = 'joining'
    try {
      const offered = await answer(
        api.POST('/api/resident/communities/{community_id}/doors/{iot_id}/view', {
          params: { path },
          body: { page },
        }),
      )
      peer?.close()
      const fresh = (peer = new RTCPeerConnection())
      fresh.ontrack = ({ streams }) => (media.value = streams[0] ?? null)
      fresh.onconnectionstatechange = () => {
        // A minute is over, the door hung up, or the line broke.
        if (fresh === peer && ['failed', 'disconnected', 'closed'].includes(fresh.connectionState)) end()
      }
      const description = await browserAnswer(fresh, offered.description, voice)
      await api.PUT('/api/resident/communities/{community_id}/doors/{iot_id}/view/picture', {
        params: { path },
        body: { page, description },
      })
      state.value = 'looks'
    } catch (error) {
      problem.value = asProblem(error)
      end()
    }
  }

  async function talk(on: boolean): Promise<void> {
    if (on) {
      const asked = await askVoice()
      silence.value = asked.silence
      voice = asked.voice
      if (!voice) return
    }
    await api.PUT('/api/resident/communities/{community_id}/doors/{iot_id}/view/voice', {
      params: { path },
      body: { page, on },
    })
    const way = peer?.getTransceivers().find((each) => each.receiver.track.kind === 'audio')
    await way?.sender.replaceTrack(on ? voice : null)
    if (!on) voice?.stop()
    talks.value = on
  }

  function end(): void {
    state.value = 'ended'
    talks.value = false
    peer?.close()
    peer = null
    voice?.stop()
    voice = null
    media.value = null
  }

  onScopeDispose(() => {
    const left = state.value === 'looks'
    end()
    if (!left) return
    void api
      .POST('/api/resident/communities/{community_id}/doors/{iot_id}/view/leave', {
        params: { path },
        body: { page },
      })
      .catch(() => undefined)
  })

  return { state, talks, silence, media, problem, look, talk }
}
