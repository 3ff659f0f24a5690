import JsSIP from 'jssip'
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent, UA } from 'jssip/lib/UA'
import { Account } from './account'
import { Call, stop, type Others } from './call'
import { IntercomError } from './errors'
import { microphone } from './media'
import { Ringer } from './ringer'
import { AccountState, CallState } from './states'

export interface Login {
  sipNumber: string
  password: string
  displayName?: string
  /** Where the platform is; the page's own host if left out. */
  domain?: string
  port?: number
  /** `wss` unless the page itself came without TLS. */
  transport?: 'ws' | 'wss'
}

export interface SwitchCallback {
  onSwitch?(call: Call): void
  onPause?(call: Call): void
  onResume?(call: Call): void
}

const MOST_CALLS = 4
const ANSWER_MS = 10_000

/** The one of a page: `intercom`. Nothing but `init` works before `init`. */
export class IntercomManager implements Others {
  onCallDidIncoming: (call: Call) => void = () => undefined
  account: Account | null = null
  silentMode = false
  private phone: UA | null = null
  private ready = false
  private view: HTMLElement | null = null
  private switching: SwitchCallback = {}
  private readonly ringer = new Ringer()
  private readonly held = new Set<Call>()
  private placing: ((call: Call) => void) | null = null

  // ------------------------------------------------------------ life

  /** Once in the life of a page; again only after `deInit`. */
  async init(): Promise<void> {
    if (this.ready)
      throw new IntercomError('already_initialised', 'init is called once, before anything else')
    if (typeof RTCPeerConnection === 'undefined' || typeof WebSocket === 'undefined')
      throw new IntercomError('not_supported', 'a browser with WebRTC and WebSocket is needed')
    this.ready = true
  }

  /** Hang up, log out, forget. */
  async deInit(): Promise<void> {
    this.mustBeReady()
    for (const call of this.calls) call.hangup()
    if (this.account && this.account.state !== AccountState.Loggedout) await this.account.logout()
    this.ringer.stop()
    this.onCallDidIncoming = () => undefined
    this.switching = {}
    this.view = null
    this.silentMode = this.ready = false
  }

  get initialised(): boolean {
    return this.ready
  }

  // ------------------------------------------------------------ account

  login({ sipNumber, password, displayName, domain = location.hostname, port, transport }: Login): Account {
    this.mustBeReady()
    if (this.account) throw new IntercomError('already_logged_in', 'one account at a time: log out first')
    if (!/^[A-Za-z0-9._-]{1,50}$/.test(sipNumber))
      throw new IntercomError(
        'bad_login',
        'sipNumber is the number of an account: 1 to 50 letters and digits',
      )
    if (!password) throw new IntercomError('bad_login', 'password is empty')
    const secure = transport ? transport === 'wss' : location.protocol === 'https:'
    const at = port ?? (domain === location.hostname ? Number(location.port) || 0 : 0)
    const host = `${domain}${at ? `:${at}` : ''}`
    let uri: string
    try {
      uri = new JsSIP.URI('sip', sipNumber, domain).toString()
      this.phone = new JsSIP.UA({
        sockets: [new JsSIP.WebSocketInterface(`${secure ? 'wss' : 'ws'}://${host}/sip`)],
        uri,
        password,
        ...(displayName ? { display_name: displayName } : {}),
        register: true,
        session_timers: false,
        connection_recovery_min_interval: 1,
        connection_recovery_max_interval: 20,
        user_agent: 'linli-intercom',
      })
    } catch (refused) {
      this.phone = null
      throw new IntercomError('bad_login', `domain and port must be those of a platform: ${String(refused)}`)
    }
    this.phone.on('newRTCSession', (told: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) =>
      this.begin(told),
    )
    const account = (this.account = new Account(sipNumber, this.phone, () => {
      if (this.account === account) this.account = this.phone = null
    }))
    account.begin()
    return account
  }

  // ------------------------------------------------------------ calls

  get calls(): Call[] {
    return [...this.held]
  }

  /** No sound when a call comes. */
  enableSilentMode(silent: boolean): void {
    this.mustBeReady()
    this.silentMode = silent
    this.ring()
  }

  /** Whether it rings aloud now. */
  get ringing(): boolean {
    return this.ringer.sounding
  }

  /** Where the picture of a door is shown that is looked through. */
  setVideoView(view: HTMLElement | null): void {
    this.mustBeReady()
    this.view = view
  }

  setSwitchCallback(told: SwitchCallback): void {
    this.mustBeReady()
    this.switching = told
  }

  /** Look through a door: the call to its number. Other calls are paused. */
  async callWithSipNumber(sipNumber: string, view: HTMLElement | null = this.view): Promise<Call> {
    this.mustBeReady()
    if (!this.phone || this.account?.state !== AccountState.Online)
      throw new IntercomError('not_logged_in', 'an account must be online to call')
    if (!/^[A-Za-z0-9._-]{1,50}$/.test(sipNumber))
      throw new IntercomError('bad_number', 'sipNumber is the number of a door: 1 to 50 letters and digits')
    if (this.held.size >= MOST_CALLS)
      throw new IntercomError('too_many_calls', `at most ${MOST_CALLS} calls at once`)
    const voice = await microphone()
    await this.make('pause', null)
    const phone = this.phone
    if (!phone) {
      stop(voice)
      throw new IntercomError('not_logged_in', 'the account was logged out')
    }
    return new Promise((done, refuse) => {
      this.placing = (call) => {
        call.prepare(view, voice)
        done(call)
      }
      try {
        phone.call(sipNumber, {
          mediaStream: voice,
          pcConfig: { iceServers: [] },
          rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: view !== null },
        })
      } catch (refused) {
        stop(voice)
        refuse(new IntercomError('offline', String(refused)))
      } finally {
        this.placing = null
      }
    })
  }

  /** Talk in this call: the others are paused. */
  async switchTo(call: Call): Promise<void> {
    this.mustBeReady()
    if (call.state === CallState.Paused) await call.resume()
    else if (call.state !== CallState.Connected)
      throw new IntercomError('call_state', 'only a connected or a paused call can be switched to')
    this.switching.onSwitch?.(call)
  }

  private begin({ originator, session, request }: IncomingRTCSessionEvent | OutgoingRTCSessionEvent): void {
    const incoming = String(originator) === 'remote'
    const alert = incoming ? (request.getHeader('Alert-Info') ?? '') : ''
    if (incoming && this.held.size >= MOST_CALLS) {
      session.terminate({ status_code: 486 })
      return
    }
    const call = new Call(session, this, { incoming, alert, answerMs: ANSWER_MS })
    this.held.add(call)
    if (!incoming) {
      this.placing?.(call)
      return
    }
    this.ring()
    this.onCallDidIncoming(call)
  }

  private mustBeReady(): void {
    if (!this.ready) throw new IntercomError('not_initialised', 'init must be called before anything else')
  }

  // ------------------------------------------------------------ for calls

  /** @internal */
  ring(): void {
    const rings = this.calls.some((call) => call.state === CallState.Incoming && !call.silent)
    if (rings && !this.silentMode) this.ringer.start()
    else this.ringer.stop()
  }

  /** @internal */
  over(call: Call): void {
    this.held.delete(call)
    this.ring()
  }

  /** @internal */
  async make(way: 'hangup' | 'pause', except: Call | null): Promise<void> {
    for (const call of this.calls) {
      if (call === except) continue
      if (
        way === 'hangup' &&
        [CallState.Connected, CallState.Paused, CallState.Outgoing].includes(call.state)
      )
        call.hangup()
      else if (call.state === CallState.Connected) await call.pause()
    }
  }

  /** @internal */
  paused(call: Call): void {
    this.switching.onPause?.(call)
  }

  /** @internal */
  resumed(call: Call): void {
    this.switching.onResume?.(call)
  }
}
