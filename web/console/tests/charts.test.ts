import { describe, expect, it } from 'vitest'
import { countTicks, wholeSpan } from '@linli/shared'
import { spreadMarks } from '@/domains/overview/spreadMarks'

describe('axes of counts', () => {
  it.each([0, 1, 3, 5, 9, 10, 17, 99, 101, 512, 1234])('has three whole marks above %i', (most) => {
    const ticks = countTicks(most)
    expect(ticks.every(Number.isInteger)).toBe(true)
    expect(ticks[1] * 2).toBe(ticks[2])
    expect(ticks[2]).toBeGreaterThanOrEqual(most)
    expect(ticks[2]).toBeLessThanOrEqual(Math.max(2, 2 * most))
  })

  it('has a whole middle around whole values', () => {
    for (const [low, high] of [
      [0, 1],
      [0.2, 1.8],
      [3, 8],
    ] as const) {
      const span = wholeSpan(low, high)
      expect(Number.isInteger((span.low + span.high) / 2)).toBe(true)
      expect(span.low).toBeLessThanOrEqual(low)
      expect(span.high).toBeGreaterThanOrEqual(high)
    }
  })
})

describe('marks on the map', () => {
  it('leaves those alone that do not touch', () => {
    expect(
      spreadMarks(
        [
          { x: 0, y: 0 },
          { x: 50, y: 0 },
        ],
        40,
      ),
    ).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ])
  })

  it('moves apart what lies on each other, always in the same way', () => {
    const places = Array.from({ length: 20 }, (_, index) => ({ x: index % 3, y: index % 2 }))
    const offsets = spreadMarks(places, 40)
    expect(spreadMarks(places, 40)).toEqual(offsets)
    const at = places.map((place, index) => ({
      x: place.x + offsets[index]!.x,
      y: place.y + offsets[index]!.y,
    }))
    for (const [index, place] of at.entries())
      for (const next of at.slice(index + 1))
        expect(Math.hypot(place.x - next.x, place.y - next.y)).toBeGreaterThan(36)
  })
})
