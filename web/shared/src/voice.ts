/** Why nobody hears this page. */
export type Silence = '' | 'insecure' | 'denied' | 'none'

const PAGE = 'linli.page'

/** The name of this tab: it keeps its place in a call when it is loaded again. */
export function pageName(): string {
  const kept = sessionStorage.getItem(PAGE)
  if (kept) return kept
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  const name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  sessionStorage.setItem(PAGE, name)
  return name
}

export const canTalk = () => window.isSecureContext && !!navigator.mediaDevices
export const canSee = () => typeof RTCPeerConnection !== 'undefined'

/** The microphone, or why there is none. */
export async function askVoice(): Promise<{ voice: MediaStreamTrack | null; silence: Silence }> {
  if (!canTalk()) return { voice: null, silence: 'insecure' }
  try {
    const asked = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true },
    })
    const voice = asked.getAudioTracks()[0] ?? null
    return { voice, silence: voice ? '' : 'none' }
  } catch (error) {
    return { voice: null, silence: (error as Error).name === 'NotAllowedError' ? 'denied' : 'none' }
  }
}

/** What this browser makes of an offer. Without a voice it may still speak later. */
export async function browserAnswer(
  peer: RTCPeerConnection,
  offer: string,
  voice: MediaStreamTrack | null,
): Promise<string> {
  await peer.setRemoteDescription({ type: 'offer', sdp: offer })
  for (const way of peer.getTransceivers()) {
    if (way.receiver.track.kind !== 'audio') continue
    way.direction = 'sendrecv'
    await way.sender.replaceTrack(voice)
  }
  await peer.setLocalDescription(await peer.createAnswer())
  return peer.localDescription?.sdp ?? ''
}
