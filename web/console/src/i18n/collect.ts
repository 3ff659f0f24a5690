/** Texts by room: `../domains/devices/strings/en.json` becomes `devices.…`. */
export function collect(
  files: Record<string, Record<string, unknown>>,
): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, texts]) => [path.split('/').at(-3) ?? path, texts]),
  )
}
