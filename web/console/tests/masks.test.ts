import { expect, test } from 'vitest'
import { boxBetween, withSide } from '@/domains/cameras/useMasks'

test('a box is drawn from any corner and stays in the picture', () => {
  expect(boxBetween([5_000, 6_000], [1_000, 2_000])).toEqual({
    left: 1_000,
    top: 2_000,
    width: 4_000,
    height: 4_000,
  })
  expect(boxBetween([9_000, 9_000], [20_000, 20_000])).toEqual({
    left: 9_000,
    top: 9_000,
    width: 1_000,
    height: 1_000,
  })
  expect(boxBetween([10, 10], [60, 5_000])).toBeNull()
})

test('a side that does not fit gives way', () => {
  const box = { left: 1_000, top: 1_000, width: 2_000, height: 2_000 }
  expect(withSide(box, 'left', 9_000).width).toBe(1_000)
  expect(withSide(box, 'width', 0).width).toBe(100)
  expect(withSide(box, 'top', 99_999).top).toBe(9_900)
})
