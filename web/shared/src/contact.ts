let count = 0

/** An answer came from this browser's memory, since the platform gave none. */
export function recalled(): void {
  count += 1
}

/** How many did so far. */
export const recalls = (): number => count
