/** Keys of texts that say what a product's act changed of its connections. */
export function connectionActs(facts: string): string[] {
  const details = JSON.parse(facts || '{}') as Record<string, unknown>
  return ['tlsOnly', 'freshTime'].flatMap((name) => {
    const change = details[name]
    return Array.isArray(change) ? [`connections.acts.${name}.${change[1] ? 'on' : 'off'}`] : []
  })
}
