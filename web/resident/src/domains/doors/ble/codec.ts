/**
 * Bluetooth between a phone and a door, byte for byte: key, frames, names. Source: 3.5.1.2.3 (spec G 4.2 to 4.4).
 * The same vectors test this and the platform's own codec.
 *
 * The key binds nobody: its fixed part is one for a whole project, its random part is sent in clear.
 */

export const SERVICE = 'f6ecfffa-bda1-46ec-a43a-6d86de88561d'
export const WRITE = 'af20ffa7-2518-4998-9af7-af42540731b3'
export const READ = 'af20ffa8-2518-4998-9af7-af42540731b4'
/** Of one GATT write: what the smallest ATT packet carries. */
export const PIECE_BYTES = 20
export const MOST_PLAIN = 31
export const RESPONSE_BYTES = 5
export const DOOR_NAME = /^SRE\d{13}$/

const HEAD = 0x24
const IV = new TextEncoder().encode('1234567890abcdef')

export const RESULTS = ['ok', 'badChecksum', 'badFormat', 'noPermission'] as const
export type Result = (typeof RESULTS)[number]

/** The bytes are none of this protocol's. */
export class FrameError extends Error {}

/** The project's key: its order number, up to 16 ASCII characters, filled with `0`. */
export function fixedKey(order: string): Uint8Array<ArrayBuffer> {
  if (!/^[\x00-\x7f]{1,16}$/.test(order)) throw new FrameError('order number: 1 to 16 ASCII characters')
  return new Uint8Array(new TextEncoder().encode(order.padEnd(16, '0')))
}

/** Spec G 4.4, step 2. `random`: the 4 bytes of the advertisement, new after every disconnection. */
export function sessionKey(fixed: Uint8Array, random: Uint8Array): Uint8Array<ArrayBuffer> {
  const [a, b, c, d] = random as unknown as [number, number, number, number]
  const key = new Uint8Array(fixed)
  for (let at = 0; at < 16; at += 4) {
    key[at]! &= a
    key[at + 1]! += b
    key[at + 2]! |= c
    key[at + 3]! ^= d
  }
  return key
}

/**
 * AES-128-CBC with always at least one zero byte of padding: 0-15 bytes become 16, 16-31 become 32. The browser's own
 * padding adds a whole block to what is full already; that block is dropped.
 */
export async function encrypt(key: Uint8Array<ArrayBuffer>, card: string): Promise<Uint8Array> {
  const plain = new TextEncoder().encode(card)
  if (plain.length > MOST_PLAIN || plain.length !== card.length)
    throw new FrameError(`card number: at most ${MOST_PLAIN} ASCII characters`)
  const padded = new Uint8Array(plain.length < 16 ? 16 : 32)
  padded.set(plain)
  const aes = await crypto.subtle.importKey('raw', key, 'AES-CBC', false, ['encrypt'])
  const sealed = await crypto.subtle.encrypt({ name: 'AES-CBC', iv: IV }, aes, padded)
  return new Uint8Array(sealed, 0, padded.length)
}

export function checksum(data: Uint8Array): number {
  return data.reduce((sum, byte) => (sum + byte) & 0xff, 0)
}

/** `24 | resultType | length | permission | checksum`. */
export function writeRequest(permission: Uint8Array, checksFirst = true): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(permission.length + 4)
  frame.set([HEAD, checksFirst ? 0 : 1, permission.length])
  frame.set(permission, 3)
  frame[frame.length - 1] = checksum(frame.subarray(0, -1))
  return frame
}

/** What the door says of a request. Throws FrameError. */
export function readResponse(frame: Uint8Array): Result {
  if (frame.length !== RESPONSE_BYTES || frame[0] !== HEAD) throw new FrameError('not a response')
  if (checksum(frame.subarray(0, 4)) !== frame[4]) throw new FrameError('checksum differs')
  const result = RESULTS[frame[3]!]
  if (!result) throw new FrameError(`result ${frame[3]} is unknown`)
  return result
}

/** The GATT writes of one frame. */
export function pieces(frame: Uint8Array<ArrayBuffer>, size = PIECE_BYTES): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: Math.ceil(frame.length / size) }, (_, at) =>
    frame.slice(at * size, (at + 1) * size),
  )
}

/**
 * The random part as a browser tells it: there is no company in the advertisement, so its first two bytes are taken
 * for the company's number, low byte first. Undefined where this is no door's.
 */
export function randomOf(company: number, data: DataView): Uint8Array | undefined {
  if (data.byteLength !== 2) return undefined
  return Uint8Array.of(company & 0xff, company >> 8, data.getUint8(0), data.getUint8(1))
}

/** Whether a name is that of a machine in the outer wall (围墙机), which belongs to no building. */
export function isWall(name: string): boolean {
  return DOOR_NAME.test(name) && name.slice(4, 11) === '0000000'
}

/** The frame that opens a door which shows `random` now. */
export async function openFrame(order: string, random: Uint8Array, card: string) {
  return writeRequest(await encrypt(sessionKey(fixedKey(order), random), card))
}
