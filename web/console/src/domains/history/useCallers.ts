import { useI18n } from 'vue-i18n'

/** Who did something, in words: `device`, `system:visitors`, `app:30239797`, or a person's name, which stays. */
export function useCallers(): (caller: string, name?: string) => string {
  const { t, te } = useI18n()
  const part = (name: string) => (te(`history.part.${name}`) ? t(`history.part.${name}`) : name)
  return (caller, person) => {
    if (person) return person
    if (te(`history.alone.${caller}`)) return t(`history.alone.${caller}`)
    const [, kind, name] = /^([a-z]+):(.+)$/.exec(caller) ?? []
    if (!kind || !te(`history.by.${kind}`)) return caller
    return t(`history.by.${kind}`, { name: kind === 'system' ? part(name ?? '') : name })
  }
}
