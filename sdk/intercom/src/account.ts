import type { UA } from 'jssip/lib/UA'
import { IntercomError } from './errors'
import { AccountState } from './states'

const LEAVE_MS = 3_000

/** A SIP account that is logged in, or on its way. */
export class Account {
  state: AccountState = AccountState.Unknown
  /** Why it is not online, if the platform said so. */
  error: IntercomError | null = null
  onStateChanged: (state: AccountState, error: IntercomError | null) => void = () => undefined
  private waiting: (() => void)[] = []

  /** Of the manager alone. */
  constructor(
    readonly sipNumber: string,
    private readonly phone: UA,
    private readonly left: () => void,
  ) {
    phone.on('registered', () => this.become(AccountState.Online))
    phone.on('registrationFailed', ({ response }) => {
      const status = (response as { status_code?: number } | null)?.status_code ?? 0
      if (status === 401 || status === 403 || status === 407) {
        this.error = new IntercomError(
          'wrong_password',
          'number and password must be those of the account',
          status,
        )
        phone.stop()
        this.finish(AccountState.Loggedout)
      } else this.lose(status)
    })
    phone.on('disconnected', () => this.lose(0))
    phone.on('unregistered', () => {
      if (this.state === AccountState.Logouting) this.finish(AccountState.Loggedout)
    })
  }

  /** Of the manager alone. */
  begin(): void {
    this.become(AccountState.Logging)
    this.phone.start()
  }

  /** Wait until it is online; fails when the log-in is refused. */
  async whenOnline(): Promise<void> {
    while (this.state !== AccountState.Online) {
      if (this.state === AccountState.Loggedout)
        throw this.error ?? new IntercomError('not_logged_in', 'the account was logged out')
      await new Promise<void>((done) => this.waiting.push(done))
    }
  }

  /** Log out: it rings no more here. Calls that there are end. */
  async logout(): Promise<void> {
    if (this.state === AccountState.Loggedout)
      throw new IntercomError('not_logged_in', 'an account is logged out once')
    this.become(AccountState.Logouting)
    this.phone.stop()
    const late = setTimeout(() => this.finish(AccountState.Loggedout), LEAVE_MS)
    while ((this.state as AccountState) !== AccountState.Loggedout)
      await new Promise<void>((done) => this.waiting.push(done))
    clearTimeout(late)
  }

  private lose(status: number): void {
    if (this.state === AccountState.Logouting) this.finish(AccountState.Loggedout)
    else if (this.state !== AccountState.Loggedout) {
      this.error = new IntercomError('offline', 'the platform must be reached; it is tried again', status)
      this.become(AccountState.Offline)
    }
  }

  private finish(state: AccountState): void {
    if (this.state === state) return
    this.become(state)
    this.left()
  }

  private become(state: AccountState): void {
    if (this.state === state) return
    this.state = state
    if (state === AccountState.Online) this.error = null
    this.onStateChanged(state, this.error)
    for (const done of this.waiting.splice(0)) done()
  }
}
