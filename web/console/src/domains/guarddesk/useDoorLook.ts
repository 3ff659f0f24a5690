import { onScopeDispose, ref, shallowRef } from 'vue'
import { askVoice, asProblem, browserAnswer, pageName, type ApiProblem, type Silence } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type WallDoor = components['schemas']['WallDoor']

/** This desk's look through one door at a time. The door answers by itself and hears nothing until the desk talks. */
export function useDoorLook(communityId: () => string | null) {
  const page = pageName()
  const state = ref<'idle' | 'joining' | 'looks' | 'talks' | 'ended'>('idle')
  const door = shallowRef<WallDoor | null>(null)
  const silence = ref<Silence>('')
  const media = shallowRef<MediaStream | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  let peer: RTCPeerConnection | null = null
  let voice: MediaStreamTrack | null = null
  let path = { community_id: 0, iot_id: '' }

  async function look(through: WallDoor): Promise<void> {
    await leave()
    door.value = through
    path = { community_id: Number(communityId()), iot_id: through.iotId }
    problem.value = null
    state.value = 'joining'
    const mine = path
    try {
      const offered = await answer(
        api.POST('/api/console/communities/{community_id}/guard-desk/doors/{iot_id}/look', {
          params: { path },
          body: { page },
        }),
      )
      if (mine !== path) return
      const fresh = (peer = new RTCPeerConnection())
      fresh.ontrack = ({ streams }) => (media.value = streams[0] ?? null)
      fresh.onconnectionstatechange = () => {
        // A minute is over, the door hung up, or the line broke.
        if (fresh === peer && ['failed', 'disconnected', 'closed'].includes(fresh.connectionState))
          end('ended')
      }
      const description = await browserAnswer(fresh, offered.description, null)
      await api.PUT('/api/console/communities/{community_id}/guard-desk/doors/{iot_id}/look/picture', {
        params: { path },
        body: { page, description },
      })
      if (mine === path) state.value = 'looks'
    } catch (error) {
      if (mine !== path) return
      problem.value = asProblem(error)
      end('ended')
    }
  }

  async function talk(on: boolean): Promise<void> {
    if (on) {
      const asked = await askVoice()
      silence.value = asked.silence
      voice = asked.voice
      if (!voice) return
    }
    await api.PUT('/api/console/communities/{community_id}/guard-desk/doors/{iot_id}/look/voice', {
      params: { path },
      body: { page, on },
    })
    const way = peer?.getTransceivers().find((each) => each.receiver.track.kind === 'audio')
    await way?.sender.replaceTrack(on ? voice : null)
    if (!on) voice?.stop()
    state.value = on ? 'talks' : 'looks'
  }

  /** The platform learns of a page that closes by its line as well, some seconds later. */
  async function leave(): Promise<void> {
    const on = state.value !== 'idle' && state.value !== 'ended'
    const left = path
    end('idle')
    if (!on) return
    await api
      .POST('/api/console/communities/{community_id}/guard-desk/doors/{iot_id}/look/leave', {
        params: { path: left },
        body: { page },
        keepalive: true,
      })
      .catch(() => undefined)
  }

  function end(how: 'idle' | 'ended'): void {
    path = { community_id: 0, iot_id: '' }
    state.value = how
    peer?.close()
    peer = null
    voice?.stop()
    voice = null
    media.value = null
    if (how === 'idle') door.value = null
  }

  const go = () => void leave()
  window.addEventListener('pagehide', go)
  onScopeDispose(() => {
    window.removeEventListener('pagehide', go)
    go()
  })
  return { state, door, silence, media, problem, look, talk, leave }
}
