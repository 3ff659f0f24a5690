/**
 * A stand-in that is replaced between press and release gets no click: the browser gives it to neither of the two.
 * `whenReleased` resolves once nothing that `onPointerdown` was told of is held down any more, at once otherwise.
 */
export function usePress(): { onPointerdown: () => void; whenReleased: () => Promise<void> } {
  let press: Promise<void> | null = null

  function onPointerdown(): void {
    press ??= new Promise((resolve) => {
      const ends = new AbortController()
      const released = () => {
        ends.abort()
        // The click belongs to the release and comes before anything else.
        setTimeout(() => {
          press = null
          resolve()
        })
      }
      for (const name of ['pointerup', 'pointercancel'] as const)
        window.addEventListener(name, released, { capture: true, signal: ends.signal })
    })
  }

  return { onPointerdown, whenReleased: () => press ?? Promise.resolve() }
}
