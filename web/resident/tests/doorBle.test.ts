import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  encrypt,
  fixedKey,
  FrameError,
  isWall,
  openFrame,
  pieces,
  randomOf,
  readResponse,
  RESULTS,
  sessionKey,
  writeRequest,
} from '@/domains/doors/ble/codec'

// The vectors that the platform's own codec is tested with, from the published document.
interface Vectors {
  order: string
  fixedKey: string
  random: string
  sessionKey: string
  ciphers: { card: string; cipher: string }[]
  requests: { card: string; checksFirst: boolean; frame: string }[]
  responses: { result: number; frame: string }[]
  brokenResponses: string[]
  names: { name: string; wall: boolean }[]
  advertisement: { name: string; wire: string }
}
const vectors: Vectors = JSON.parse(readFileSync('../../tests/protocols/door_ble/vectors.json', 'utf8'))
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const bytes = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (digits) => parseInt(digits, 16))
const random = bytes(vectors.random)
const key = sessionKey(fixedKey(vectors.order), random)

describe('the key of a session', () => {
  it('is made from the order number and what the door advertises', () => {
    expect(hex(fixedKey(vectors.order))).toBe(vectors.fixedKey)
    expect(hex(key)).toBe(vectors.sessionKey)
    expect(() => fixedKey('')).toThrow(FrameError)
    expect(() => fixedKey('DZP20200117037000')).toThrow(FrameError)
  })
  it('is new with every random part', async () => {
    const other = sessionKey(fixedKey(vectors.order), bytes('11223344'))
    expect(hex(await encrypt(other, '1'))).not.toBe(hex(await encrypt(key, '1')))
  })
})

describe('requests', () => {
  it.each(vectors.ciphers)('encrypt $card', async ({ card, cipher }) => {
    expect(hex(await encrypt(key, card))).toBe(cipher)
  })
  it.each(vectors.requests)('are framed: $frame', async ({ card, checksFirst, frame }) => {
    expect(hex(writeRequest(await encrypt(key, card), checksFirst))).toBe(frame)
    if (checksFirst) expect(hex(await openFrame(vectors.order, random, card))).toBe(frame)
    const written = pieces(writeRequest(await encrypt(key, card), checksFirst))
    expect(written.map(hex).join('')).toBe(frame)
    expect(Math.max(...written.map((part) => part.length))).toBeLessThanOrEqual(20)
  })
  it('hold 31 ASCII characters at most', async () => {
    await expect(encrypt(key, '1'.repeat(32))).rejects.toThrow(FrameError)
    await expect(encrypt(key, '卡')).rejects.toThrow(FrameError)
  })
})

describe('responses', () => {
  it.each(vectors.responses)('say $result', ({ result, frame }) => {
    expect(readResponse(bytes(frame))).toBe(RESULTS[result])
  })
  it.each(vectors.brokenResponses)('that are broken: %s', (frame) => {
    expect(() => readResponse(bytes(frame))).toThrow(FrameError)
  })
})

describe('advertisements', () => {
  it('give their random part as a company and its data', () => {
    const wire = bytes(vectors.advertisement.wire)
    const company = wire[27]! | (wire[28]! << 8)
    expect(hex(randomOf(company, new DataView(wire.buffer, 29, 2))!)).toBe(vectors.random)
    expect(randomOf(76, new DataView(new ArrayBuffer(5)))).toBeUndefined()
  })
  it.each(vectors.names)('name walls and doors: $name', ({ name, wall }) => {
    expect(isWall(name)).toBe(wall)
  })
})
