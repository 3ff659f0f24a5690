import { expect, test } from 'vitest'
import { fileAt, nextBegin, stepOf } from '@/domains/cameras/inStep'

const file = (beginMs: number, endMs: number) => ({
  id: String(beginMs),
  beginMs,
  endMs,
  bytes: 1,
  cause: 'plan',
  locked: false,
  open: false,
})

test('a file has its begin and not its end', () => {
  const files = [file(0, 10), file(20, 30)]
  expect(fileAt(files, 0)?.id).toBe('0')
  expect(fileAt(files, 10)).toBeUndefined()
  expect(fileAt(files, 29)?.id).toBe('20')
})

test('a film that is off by little goes faster or slower, by much it jumps', () => {
  expect(stepOf(10, 1, true)).toEqual({ seek: false, rate: 1 })
  expect(stepOf(200, 1, true).rate).toBeLessThan(1)
  expect(stepOf(-200, 1, true).rate).toBeGreaterThan(1)
  expect(stepOf(900, 1, true).seek).toBe(true)
  expect(stepOf(900, 16, true)).toEqual({ seek: false, rate: 16 })
  expect(stepOf(-3_000, 16, true)).toEqual({ seek: false, rate: 16 }) // no browser goes faster
  expect(stepOf(40, 1, false).seek).toBe(true) // a single frame is exact
})

test('where no camera has anything the clock goes to the next begin', () => {
  expect(nextBegin([[file(0, 10)], [file(50, 60), file(30, 40)]], 12)).toBe(30)
  expect(nextBegin([[file(0, 10)]], 12)).toBeNull()
})
