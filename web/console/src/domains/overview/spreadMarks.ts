export interface Point {
  x: number
  y: number
}

const ROUNDS = 40

/**
 * How far each mark is moved, in pixels, so that no two are nearer to each other than `least` where that can be had:
 * marks of devices at one gate lie on each other, and the lower mark could not be pressed.
 */
export function spreadMarks(places: readonly Point[], least: number): Point[] {
  const at = places.map((place) => ({ ...place }))
  for (let round = 0; round < ROUNDS; round += 1) {
    let moved = false
    for (let low = 0; low < at.length; low += 1) {
      for (let high = low + 1; high < at.length; high += 1) {
        const [a, b] = [at[low]!, at[high]!]
        let [dx, dy] = [b.x - a.x, b.y - a.y]
        const far = Math.hypot(dx, dy)
        if (far >= least) continue
        // Marks on one point leave it in different directions, the same each time.
        if (far < 0.01) [dx, dy] = [Math.cos(low + high), Math.sin(low + high)]
        const push = (least - far) / 2 / (Math.hypot(dx, dy) || 1) + 0.01
        a.x -= dx * push
        a.y -= dy * push
        b.x += dx * push
        b.y += dy * push
        moved = true
      }
    }
    if (!moved) break
  }
  return at.map((place, index) => ({ x: place.x - places[index]!.x, y: place.y - places[index]!.y }))
}
