import { IntercomError } from './errors'
import { furtherOut, type IceNatType } from './states'

type Sink = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void>; sinkId?: string }

/** Where a call is heard and seen. The sound is an element of its own, so that it goes on while no picture is shown. */
export class Screen {
  readonly sound: Sink = document.createElement('audio')
  private readonly picture = new MediaStream()
  private element: HTMLVideoElement | null = null
  private made: HTMLVideoElement | null = null

  constructor() {
    this.sound.autoplay = true
  }

  /** A `<video>`, or any element that gets one. */
  show(view: HTMLElement | null): void {
    if (this.element) this.element.srcObject = null
    this.made?.remove()
    this.element = this.made = null
    if (view instanceof HTMLVideoElement) this.element = view
    else if (view) {
      this.element = this.made = document.createElement('video')
      this.made.style.cssText = 'width:100%;height:100%;object-fit:contain'
      view.append(this.made)
    }
    if (!this.element) return
    this.element.autoplay = this.element.playsInline = this.element.muted = true
    this.element.srcObject = this.picture
    void this.element.play().catch(() => undefined)
  }

  add(track: MediaStreamTrack): void {
    if (track.kind === 'audio') {
      this.sound.srcObject = new MediaStream([track])
      void this.sound.play().catch(() => undefined)
      return
    }
    for (const old of this.picture.getTracks()) this.picture.removeTrack(old)
    this.picture.addTrack(track)
  }

  quiet(off: boolean): void {
    this.sound.muted = off
  }

  async snapshot(type: string): Promise<Blob> {
    const shown = this.element
    if (!shown?.videoWidth)
      throw new IntercomError('no_video', 'a snapshot needs a view that shows the picture')
    const canvas = document.createElement('canvas')
    canvas.width = shown.videoWidth
    canvas.height = shown.videoHeight
    canvas.getContext('2d')?.drawImage(shown, 0, 0)
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, 0.9))
    if (!blob) throw new IntercomError('no_video', `this browser makes no picture of type ${type}`)
    return blob
  }

  /** To the loudspeaker, or to the earpiece as far as the browser names one. */
  async route(speaker: boolean): Promise<void> {
    if (!this.sound.setSinkId || !navigator.mediaDevices?.enumerateDevices)
      throw new IntercomError(
        'speaker_not_supported',
        'this browser lets no page choose where sound comes out',
      )
    const outputs = (await navigator.mediaDevices.enumerateDevices()).filter(
      (device) => device.kind === 'audiooutput',
    )
    const wanted = speaker ? /speaker|扬声器/i : /earpiece|receiver|听筒/i
    const found = outputs.find((device) => wanted.test(device.label))
    if (!found && !speaker)
      throw new IntercomError('earpiece_not_found', 'this device has no earpiece that the browser names')
    await this.sound.setSinkId(found?.deviceId ?? '')
  }

  close(): void {
    this.show(null)
    this.sound.pause()
    this.sound.srcObject = null
  }
}

/** The microphone, or why there is none. */
export async function microphone(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new IntercomError(
      'microphone_unavailable',
      'a page gets the microphone over HTTPS or on localhost only',
    )
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true })
  } catch (refused) {
    throw new IntercomError('microphone_unavailable', `the microphone was refused: ${String(refused)}`)
  }
}

/** How the media of a kind reach the platform now; null: they do not. */
export async function pathOf(peer: RTCPeerConnection, kind: 'audio' | 'video'): Promise<IceNatType | null> {
  const flows = peer
    .getTransceivers()
    .some(
      (each) =>
        each.receiver.track.kind === kind &&
        each.currentDirection !== 'inactive' &&
        each.currentDirection !== null,
    )
  if (!flows) return null
  const reports = new Map<string, Record<string, string>>()
  ;(await peer.getStats()).forEach((report: Record<string, string>) => reports.set(report.id ?? '', report))
  for (const report of reports.values()) {
    if (report.type !== 'transport' || !report.selectedCandidatePairId) continue
    const pair = reports.get(report.selectedCandidatePairId)
    if (pair)
      return furtherOut(
        reports.get(pair.localCandidateId ?? '')?.candidateType,
        reports.get(pair.remoteCandidateId ?? '')?.candidateType,
      )
  }
  return null
}
