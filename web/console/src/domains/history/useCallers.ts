import { useI18n } from 'vue-i18n'

/** Who did something, in words: `system:visitors`, `app:30239797`, or a person's name, which stays. */
export function useCallers(): (caller: string) => string {
  const { t, te } = useI18n()
  const part = (name: string) => (te(`history.part.${name}`) ? t(`history.part.${name}`) : name)
  return (caller) => {
    const [, kind, name] = /^([a-z]+):(.+)$/.exec(caller) ?? []
    if (!kind || !te(`history.by.${kind}`)) return caller
    return t(`history.by.${kind}`, { name: kind === 'system' ? part(name ?? '') : name })
  }
}
