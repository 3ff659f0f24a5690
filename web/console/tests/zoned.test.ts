import { describe, expect, it } from 'vitest'
import { dayIn, ofWallClock, wallClock } from '@linli/shared'

const NEW_YORK = 'America/New_York'

describe('wall clocks of a place', () => {
  it('writes and reads the same moment', () => {
    const moment = Date.parse('2026-11-24T13:05:00Z')
    expect(wallClock(moment, NEW_YORK)).toBe('2026-11-24T08:05')
    expect(wallClock(moment, 'Asia/Shanghai')).toBe('2026-11-24T21:05')
    expect(ofWallClock('2026-11-24T08:05', NEW_YORK)).toBe(moment)
  })

  it('knows the hours around a change of clocks', () => {
    expect(ofWallClock('2026-03-08T01:30', NEW_YORK)).toBe(Date.parse('2026-03-08T06:30:00Z'))
    expect(ofWallClock('2026-03-08T03:30', NEW_YORK)).toBe(Date.parse('2026-03-08T07:30:00Z'))
    expect(ofWallClock('nothing', NEW_YORK)).toBeNaN()
  })

  it('gives a day the hours it has', () => {
    const [first, last] = dayIn(Date.parse('2026-03-08T16:00:00Z'), NEW_YORK)
    expect(first).toBe(Date.parse('2026-03-08T05:00:00Z'))
    expect(last + 1 - first).toBe(23 * 3_600_000)
  })
})
