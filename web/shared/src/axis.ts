/** The marks of an axis from zero that counts: three whole numbers, the last at least `most` and at least 2. */
export function countTicks(most: number): [number, number, number] {
  const highest = Math.max(2, most)
  const step = Math.max(1, 10 ** Math.floor(Math.log10(highest)) / 2)
  const half = Math.ceil(highest / 2 / step) * step
  return [0, half, 2 * half]
}

/** The ends of an axis around values that are whole numbers: whole themselves, and so is their middle. */
export function wholeSpan(low: number, high: number): { low: number; high: number } {
  const from = Math.floor(low)
  const to = Math.ceil(high)
  return { low: from, high: (to - from) % 2 ? to + 1 : to }
}
