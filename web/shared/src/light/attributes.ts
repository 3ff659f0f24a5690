/** Of what a page gave to a component, that which may stand on an element drawn in its place. */
export function onElement(attrs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attrs).filter(([name]) => name === 'style' || name.startsWith('data-')),
  )
}
