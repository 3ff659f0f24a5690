import type { RTCSession } from 'jssip/lib/RTCSession'
import { IntercomError } from './errors'
import { microphone, pathOf, Screen } from './media'
import { CallState, EndReason, reasonOf, type IceNatType } from './states'

/** What a call needs of the manager that holds all of them. */
export interface Others {
  ring(): void
  over(call: Call): void
  /** Before this one is taken. */
  make(way: 'hangup' | 'pause', call: Call): Promise<void>
  paused(call: Call): void
  resumed(call: Call): void
}

interface Sent {
  on(event: 'succeeded' | 'failed', then: (told: { response: { status_code: number } }) => void): void
}

interface Ended {
  originator?: string
  message?: { status_code?: number } | null
}

export interface AcceptOptions {
  /** A `<video>`, or an element that gets one; without it the call has sound only. */
  view?: HTMLElement | null
  /** What becomes of the other calls: hung up, unless they are to be paused. */
  others?: 'hangup' | 'pause'
}

const STEP_MS = 15_000
const PATH_MS = 200
const PATH_TRIES = 25

/** One call: a door that rings, or a door that is looked through. */
export class Call {
  state: CallState = CallState.Unknown
  reason: EndReason = EndReason.None
  /** The status behind the reason; 0: none was said. */
  status = 0
  /** Rings without a sound, as its platform asked. */
  readonly silent: boolean
  readonly incoming: boolean
  /** The number at the other end. */
  readonly number: string
  /** Whether the door hears this one of its viewers. */
  mayTalk = true
  microphoneEnabled = true
  videoEnabled = false
  speakerEnabled = true

  onStateChanged: (state: CallState, reason: EndReason) => void = () => undefined
  onUnlock: (error: IntercomError | null, code: number) => void = () => undefined
  onTalkChanged: (may: boolean) => void = () => undefined
  /** A picture comes, or comes no more. */
  onVideoStateChanged: (on: boolean) => void = () => undefined
  onAudioIceNat: (type: IceNatType) => void = () => undefined
  onVideoIceNat: (type: IceNatType) => void = () => undefined

  private readonly screen = new Screen()
  private microphoneStream: MediaStream | null = null
  private readonly unlocks = new Map<number, (status: number) => void>()
  private declinedHere = false
  private readonly told: Partial<Record<'audio' | 'video', IceNatType>> = {}

  /** Of the manager alone. */
  constructor(
    private readonly session: RTCSession,
    private readonly others: Others,
    private readonly options: { incoming: boolean; alert: string; answerMs: number },
  ) {
    this.incoming = options.incoming
    this.silent = /info=silent/i.test(options.alert)
    this.number = session.remote_identity.uri.user
    this.state = options.incoming ? CallState.Incoming : CallState.Outgoing
    session.on('confirmed', () => this.become(CallState.Connected))
    session.on('ended', (told) => this.end(told as Ended, true))
    session.on('failed', (told) => this.end(told as Ended, false))
    session.on('newInfo', ({ originator, info }: { originator: unknown; info: { body: string } }) => {
      if (originator === 'remote') this.hear(info.body)
    })
    session.on('icecandidate', ({ ready }) => ready()) // the platform learns addresses from the checks
    session.on('sdp', (told) => {
      if (String(told.originator) === 'remote' && told.type === 'offer' && !this.videoEnabled)
        told.sdp = withoutPicture(told.sdp)
    })
    session.on('peerconnection', ({ peerconnection }) => this.watch(peerconnection))
    if (session.connection) this.watch(session.connection)
  }

  /** What this call shows and takes, before it is placed. Of the manager alone. */
  prepare(view: HTMLElement | null, voice: MediaStream | null): void {
    this.microphoneStream = voice
    this.videoEnabled = view !== null
    this.screen.show(view)
  }

  // ------------------------------------------------------------ taking and ending

  /** Take a call that rings: with a view as a video call, without one as an audio call. */
  async accept({ view = null, others = 'hangup' }: AcceptOptions = {}): Promise<void> {
    this.must([CallState.Incoming], 'only a call that rings can be accepted')
    const voice = await microphone()
    if (this.state !== CallState.Incoming) stop(voice)
    this.must([CallState.Incoming], 'the call stopped ringing')
    await this.others.make(others, this)
    this.must([CallState.Incoming], 'the call stopped ringing')
    this.prepare(view, voice)
    const taken = this.reached([CallState.Connected])
    this.session.answer({ mediaStream: voice, pcConfig: { iceServers: [] } })
    await taken
  }

  acceptVideo(view: HTMLElement): Promise<void> {
    return this.accept({ view })
  }

  acceptAudio(): Promise<void> {
    return this.accept()
  }

  acceptAndPauseOther(view: HTMLElement | null): Promise<void> {
    return this.accept({ view, others: 'pause' })
  }

  /** End it; a call that rings is declined. */
  hangup(): void {
    this.must(
      [CallState.Incoming, CallState.Outgoing, CallState.Connected, CallState.Paused],
      'a call that is over cannot be hung up',
    )
    this.declinedHere = true
    this.session.terminate(this.state === CallState.Incoming ? { status_code: 603 } : {})
  }

  async pause(): Promise<void> {
    this.must([CallState.Connected], 'only a connected call can be paused')
    await this.offer((done) => this.session.hold({}, done))
    this.become(CallState.Paused)
    this.others.paused(this)
  }

  /** Go on with it; another one that is connected is paused first. */
  async resume(): Promise<void> {
    this.must([CallState.Paused], 'only a paused call can be resumed')
    await this.others.make('pause', this)
    await this.offer((done) => this.session.unhold({}, done))
    this.become(CallState.Connected)
    this.others.resumed(this)
  }

  // ------------------------------------------------------------ the door

  /** Ask the door to open. The result comes here and to `onUnlock`: 200, or an error with the door's status. */
  async unlock(): Promise<number> {
    this.must([CallState.Connected], 'the door opens in a connected call')
    let number = 1 + Math.floor(Math.random() * 999)
    while (this.unlocks.has(number)) number = (number % 999) + 1
    try {
      const code = await this.ask(number)
      this.onUnlock(null, code)
      return code
    } catch (failed) {
      if (failed instanceof IntercomError) this.onUnlock(failed, failed.status)
      throw failed
    } finally {
      this.unlocks.delete(number)
    }
  }

  private async ask(number: number): Promise<number> {
    const result = new Promise<number>((done) => this.unlocks.set(number, done))
    const body = JSON.stringify({ req: 'unlock', reqsn: number })
    const sent = [this.info('application/json', body), this.info('application/json', body)]
    const refused = Promise.all(sent).then(async (statuses) => {
      if (statuses.every((status) => status >= 300)) return 0
      return after(this.options.answerMs, 0)
    })
    let status = await Promise.race([result, refused])
    // Who does not know the request, or says nothing, may know the key.
    if (status === 0) status = await this.info('application/dtmf-relay', 'Signal=*\r\nDuration=160\r\n')
    if (status === 0) throw new IntercomError('unlock_silent', 'the door did not say how it went')
    if (status !== 200) throw new IntercomError('unlock_refused', 'the door was not opened', status)
    return status
  }

  /** Take the voice: the door hears this viewer, and no other one. */
  async applyRemoteMicrophone(): Promise<void> {
    await this.voice('talk')
  }

  async cancelRemoteMicrophone(): Promise<void> {
    await this.voice('release')
  }

  private async voice(req: 'talk' | 'release'): Promise<void> {
    this.must([CallState.Connected], 'the voice is asked for in a connected call')
    if (this.incoming)
      throw new IntercomError('call_state', 'only viewers share the voice; in a call it is yours')
    const status = await this.info('application/json', JSON.stringify({ req, reqsn: 1 }))
    if (status === 486)
      throw new IntercomError('voice_taken', 'another viewer asked for the voice before', status)
    if (status !== 200) throw new IntercomError('offline', 'the platform did not give the voice', status)
  }

  // ------------------------------------------------------------ sound and picture

  enableMicrophone(on: boolean): void {
    this.must([CallState.Connected, CallState.Paused], 'the microphone is switched in a call')
    this.microphoneEnabled = on
    if (on) this.session.unmute({ audio: true })
    else this.session.mute({ audio: true })
  }

  /** Picture on or off; off, none is sent to this browser. */
  async enableVideo(on: boolean, view: HTMLElement | null = null): Promise<void> {
    this.must([CallState.Connected], 'the picture is switched in a connected call')
    const video = this.session.connection
      .getTransceivers()
      .find((each) => each.receiver.track.kind === 'video')
    if (!video) throw new IntercomError('no_video', 'the door sends no picture')
    video.direction = on ? 'recvonly' : 'inactive'
    this.videoEnabled = on
    if (view || !on) this.screen.show(on ? view : null)
    await this.offer((done) => this.session.renegotiate({}, done))
    if (!on) this.onVideoStateChanged(false)
  }

  /** Where the picture is shown from now on. */
  setNativeVideoView(view: HTMLElement | null): void {
    this.screen.show(view)
  }

  /** Loudspeaker, or the earpiece. Fails where the browser cannot. */
  async enableSpeaker(on: boolean): Promise<void> {
    this.must([CallState.Connected, CallState.Paused], 'the speaker is switched in a call')
    await this.screen.route(on)
    this.speakerEnabled = on
  }

  switchToSpeaker(): Promise<void> {
    return this.enableSpeaker(true)
  }

  switchToReceiver(): Promise<void> {
    return this.enableSpeaker(false)
  }

  /** Drop the received sound. */
  muteSpeaker(off: boolean): void {
    this.screen.quiet(off)
  }

  /** The id of the output that the sound goes to; empty: the browser's own choice. */
  get audioOutput(): string {
    return this.screen.sound.sinkId ?? ''
  }

  async snapshot(type = 'image/jpeg'): Promise<Blob> {
    this.must([CallState.Connected], 'a snapshot is taken in a connected call')
    return this.screen.snapshot(type)
  }

  /** How sound and picture reach the platform now; null: they do not. */
  async iceNat(): Promise<{ audio: IceNatType | null; video: IceNatType | null }> {
    const peer = this.session.connection as RTCPeerConnection | null
    if (!peer) return { audio: null, video: null }
    return { audio: await pathOf(peer, 'audio'), video: await pathOf(peer, 'video') }
  }

  // ------------------------------------------------------------ inside

  private watch(peer: RTCPeerConnection): void {
    peer.addEventListener('track', ({ track }) => {
      this.screen.add(track)
      if (track.kind !== 'video') return
      track.addEventListener('unmute', () => this.onVideoStateChanged(true))
      track.addEventListener('mute', () => this.onVideoStateChanged(false))
    })
    peer.addEventListener('connectionstatechange', () => {
      if (peer.connectionState === 'connected') void this.tellPath(PATH_TRIES)
    })
  }

  /** Statistics come a little after what they tell of. */
  private async tellPath(tries = 1): Promise<void> {
    const { audio, video } = await this.iceNat()
    if (!audio && tries > 1) {
      await after(PATH_MS, 0)
      return this.tellPath(tries - 1)
    }
    if (audio && this.told.audio !== audio) this.onAudioIceNat((this.told.audio = audio))
    if (video && this.told.video !== video) this.onVideoIceNat((this.told.video = video))
  }

  private hear(body: string): void {
    let said: { res?: unknown; reqsn?: unknown; status?: unknown; event?: unknown; may?: unknown }
    try {
      said = JSON.parse(body)
    } catch {
      return
    }
    if (said.res === 'unlock') this.unlocks.get(Number(said.reqsn))?.(Number(said.status) || 500)
    if (said.event === 'talk' && typeof said.may === 'boolean' && said.may !== this.mayTalk)
      this.onTalkChanged((this.mayTalk = said.may))
  }

  /** The status of the answer to an INFO; 0: none came. */
  private info(type: string, body: string): Promise<number> {
    return new Promise((done) => {
      const caught = ({ originator, info }: { originator: unknown; info: unknown }): void => {
        if (originator !== 'local') return
        const sent = info as Sent
        sent.on('succeeded', ({ response }) => done(response.status_code))
        sent.on('failed', ({ response }) => done(response.status_code))
      }
      this.session.on('newInfo', caught)
      this.session.sendInfo(type, body)
      this.session.removeListener('newInfo', caught)
      setTimeout(() => done(0), 2 * STEP_MS)
    })
  }

  /** A new offer; one at a time. */
  private async offer(send: (done: () => void) => boolean): Promise<void> {
    const answered = new Promise<boolean>((done) => {
      if (!send(() => done(true))) done(false)
      else setTimeout(() => done(false), STEP_MS)
    })
    if (!(await answered))
      throw new IntercomError('media_refused', 'the call is changing already, or the platform is silent')
    await this.tellPath()
  }

  private reached(states: CallState[]): Promise<void> {
    return new Promise((done, refuse) => {
      const before = this.onReached
      this.onReached = (state) => {
        before(state)
        if (states.includes(state)) done()
        else if (state === CallState.End)
          refuse(new IntercomError('call_state', `the call ended: ${EndReason[this.reason]}`, this.status))
      }
    })
  }

  private onReached: (state: CallState) => void = () => undefined

  private must(states: CallState[], rule: string): void {
    if (!states.includes(this.state))
      throw new IntercomError('call_state', `${rule}; this one is ${CallState[this.state]}`, this.status)
  }

  private become(state: CallState): void {
    if (this.state === state || this.state === CallState.End) return
    this.state = state
    this.others.ring()
    this.onReached(state)
    this.onStateChanged(state, this.reason)
  }

  private end(told: Ended, talked: boolean): void {
    this.status = told.message?.status_code ?? 0
    this.reason = reasonOf(this.status, talked, this.declinedHere)
    if (this.microphoneStream) stop(this.microphoneStream)
    this.screen.close()
    this.become(CallState.End)
    this.others.over(this)
  }
}

export function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function after(ms: number, value: number): Promise<number> {
  return new Promise((done) => setTimeout(() => done(value), ms))
}

/** An offer whose picture is not sent. */
function withoutPicture(sdp: string): string {
  const [head = '', ...media] = sdp.split(/(?=^m=)/m)
  const quiet = (each: string): string =>
    each.startsWith('m=video') ? each.replace(/^a=(sendrecv|sendonly|recvonly)/m, 'a=inactive') : each
  return head + media.map(quiet).join('')
}
