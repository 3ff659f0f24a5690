/** Which rule an action broke. */
export type ErrorCode =
  | 'already_initialised'
  | 'not_initialised'
  | 'not_supported'
  | 'already_logged_in'
  | 'not_logged_in'
  | 'bad_login'
  | 'wrong_password'
  | 'offline'
  | 'bad_number'
  | 'call_state'
  | 'too_many_calls'
  | 'microphone_unavailable'
  | 'no_video'
  | 'speaker_not_supported'
  | 'earpiece_not_found'
  | 'voice_taken'
  | 'unlock_refused'
  | 'unlock_silent'
  | 'media_refused'

/** Everything that this package refuses or fails at. `rule` says for a developer what would have been right. */
export class IntercomError extends Error {
  override readonly name = 'IntercomError'

  constructor(
    readonly code: ErrorCode,
    readonly rule: string,
    /** The status that the other end gave, if one did. */
    readonly status = 0,
  ) {
    super(`${code}: ${rule}`)
  }
}
