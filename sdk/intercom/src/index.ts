import { IntercomManager } from './manager'

export { Account } from './account'
export { Call, type AcceptOptions } from './call'
export { IntercomError, type ErrorCode } from './errors'
export { IntercomManager, type Login, type SwitchCallback } from './manager'
export { AccountState, CallState, EndReason, type IceNatType } from './states'

/** The one of this page. */
export const intercom = new IntercomManager()
