/** Keys of texts that say what a product's act changed of its connections. */
export function connectionActs(facts: string): string[] {
  const told = JSON.parse(facts || '{}') as Record<string, unknown>
  return ['tlsOnly', 'freshTime'].flatMap((name) => {
    const change = told[name]
    return Array.isArray(change) ? [`connections.acts.${name}.${change[1] ? 'on' : 'off'}`] : []
  })
}
