import {
  openFrame,
  pieces,
  randomOf,
  READ,
  readResponse,
  RESPONSE_BYTES,
  SERVICE,
  WRITE,
  type Result,
} from './codec'
import type { Advertisement, Characteristic, Device, Radio } from './radio'

/** A phone that opens one door: find it, hear its random part, connect, write the frame, read the answer, hang up. */

export type Step = 'choosing' | 'listening' | 'connecting' | 'sending' | 'waiting'
export type Why = 'cancelled' | 'off' | 'deaf' | 'unheard' | 'lost' | 'silent' | 'stranger'

/** Why no answer came; the door's own answers are results. */
export class NotOpened extends Error {
  constructor(readonly why: Why) {
    super(why)
  }
}

export interface Wish {
  name: string
  order: string
  card: string
}

export const LISTEN_MS = 10_000
export const CONNECT_MS = 10_000
export const ANSWER_MS = 5_000

/** Every number: a door's random part stands where others have their company's. */
const ANY_COMPANY = Array.from({ length: 0x10000 }, (_, number) => number)

export async function openDoor(radio: Radio, wish: Wish, say: (step: Step) => void): Promise<Result> {
  say('choosing')
  const device = await choose(radio, wish.name)
  say('listening')
  const random = await hear(device)
  const frame = await openFrame(wish.order, random, wish.card)
  say('connecting')
  try {
    const [to, from] = await within(CONNECT_MS, 'lost', connect(device))
    say('sending')
    const answer = await subscribe(device, from)
    for (const piece of pieces(frame)) await lost(write(to, piece))
    say('waiting')
    return await within(ANSWER_MS, 'silent', answer())
  } finally {
    // The door waits for the phone to hang up, and is free for the next one then.
    device.gatt?.disconnect()
  }
}

async function choose(radio: Radio, name: string): Promise<Device> {
  if ((await radio.getAvailability?.()) === false) throw new NotOpened('off')
  try {
    return await radio.requestDevice({
      filters: [{ name }],
      optionalServices: [SERVICE],
      optionalManufacturerData: ANY_COMPANY,
    })
  } catch (error) {
    // The browser says `not found` both for nobody there and for a person who closed the list.
    const denied = error instanceof DOMException && error.name === 'SecurityError'
    throw new NotOpened(denied ? 'off' : 'cancelled')
  }
}

/** The random part of the door's next advertisement. */
async function hear(device: Device): Promise<Uint8Array> {
  if (!device.watchAdvertisements) throw new NotOpened('deaf')
  const stop = new AbortController()
  const heard = new Promise<Uint8Array>((resolve) => {
    device.addEventListener(
      'advertisementreceived',
      (event) => {
        for (const [company, data] of (event as Advertisement).manufacturerData) {
          const random = randomOf(company, data)
          if (random) resolve(random)
        }
      },
      { signal: stop.signal },
    )
  })
  try {
    const watching = device.watchAdvertisements({ signal: stop.signal }).catch(() => {
      throw new NotOpened('deaf')
    })
    return await within(LISTEN_MS, 'unheard', Promise.race([heard, watching.then(() => heard)]))
  } finally {
    stop.abort()
  }
}

/** What the phone writes to, and where the door answers: by what they say they can, for sources tell it either way. */
async function connect(device: Device): Promise<[Characteristic, Characteristic]> {
  if (!device.gatt) throw new NotOpened('stranger')
  const gatt = await lost(device.gatt.connect())
  const service = await gatt.getPrimaryService(SERVICE).catch(() => {
    throw new NotOpened(gatt.connected ? 'stranger' : 'lost')
  })
  const [first, second] = await lost(
    Promise.all([service.getCharacteristic(WRITE), service.getCharacteristic(READ)]),
  )
  const writes = (characteristic: Characteristic) =>
    characteristic.properties.write || characteristic.properties.writeWithoutResponse
  return writes(first) ? [first, second] : [second, first]
}

/** Ready for the answer before anything is asked; the function waits for it. */
async function subscribe(device: Device, from: Characteristic): Promise<() => Promise<Result>> {
  const answer = new Promise<Uint8Array>((resolve, failed) => {
    let bytes: number[] = []
    from.addEventListener('characteristicvaluechanged', () => {
      const value = from.value
      if (value) bytes = [...bytes, ...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]
      if (bytes.length >= RESPONSE_BYTES) resolve(Uint8Array.from(bytes.slice(0, RESPONSE_BYTES)))
    })
    device.addEventListener('gattserverdisconnected', () => failed(new NotOpened('lost')), { once: true })
  })
  answer.catch(() => undefined) // whoever waits is told
  if (!from.properties.notify && !from.properties.indicate) throw new NotOpened('stranger')
  await lost(from.startNotifications())
  return async () => {
    const frame = await answer
    try {
      return readResponse(frame)
    } catch {
      throw new NotOpened('stranger')
    }
  }
}

function write(to: Characteristic, piece: Uint8Array<ArrayBuffer>): Promise<void> {
  return to.properties.write ? to.writeValueWithResponse(piece) : to.writeValueWithoutResponse(piece)
}

function lost<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof NotOpened ? error : new NotOpened('lost')
  })
}

async function within<T>(ms: number, why: Why, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new NotOpened(why)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
