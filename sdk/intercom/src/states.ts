/** As the specification numbers them. */
export enum AccountState {
  Unknown = 0,
  Logging = 1,
  Logouting = 2,
  Online = 3,
  Offline = 4,
  Loggedout = 5,
}

export enum CallState {
  Unknown = 0,
  Incoming = 1,
  Outgoing = 2,
  Connected = 3,
  Paused = 4,
  End = 5,
}

export enum EndReason {
  None = 3000,
  HangupByUser = 3003,
  NotFound = 3004,
  NotAnswered = 3005,
  Busy = 3006,
}

/** How a medium reaches the platform. */
export type IceNatType = 'host' | 'srflx' | 'prflx' | 'relay'

/** Of both ends of the way that was chosen, the one further out. */
export function furtherOut(one: string | undefined, other: string | undefined): IceNatType | null {
  for (const type of ['relay', 'prflx', 'srflx', 'host'] as const)
    if (one === type || other === type) return type
  return null
}

/** Why a call ended: from who said so, and the status that was said. */
export function reasonOf(status: number, ended: boolean, declinedHere: boolean): EndReason {
  if (ended || declinedHere) return EndReason.HangupByUser
  if (status === 404) return EndReason.NotFound
  if (status === 486 || status === 600) return EndReason.Busy
  if (status === 0 || status === 408 || status === 480 || status === 487) return EndReason.NotAnswered
  return EndReason.None
}
