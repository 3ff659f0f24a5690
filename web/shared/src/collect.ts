/** Texts by room: `../domains/devices/strings/en.json` becomes `devices.…`. */
export function collect(
  files: Record<string, Record<string, unknown>>,
): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, texts]) => [path.split('/').at(-3) ?? path, texts]),
  )
}

/** The texts with the titles of the rooms that they lack. */
export function withTitles<T>(texts: Record<string, T>, titles: Record<string, T>): Record<string, T> {
  return { ...titles, ...texts }
}
