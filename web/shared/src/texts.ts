/**
 * The texts of the pages, as vue-i18n answers for them, without its compiler, numbers, dates and scopes: a third of what
 * a first visit had to bring before anything was drawn. A build puts this module in vue-i18n's place
 * (`console/vite.config.ts`); the types are vue-i18n's, and `tests/texts.test.ts` compares the two over all our texts.
 *
 * What a text may have: `{name}`, `{'a literal'}`, and `one | many` chosen by a number, or by `count` or `n`.
 */
import { inject, ref, shallowRef, type App, type InjectionKey, type Ref } from 'vue'

type Messages = Record<string, unknown>
type Named = Record<string, unknown>

export interface Texts {
  locale: Ref<string>
  t: (key: string, ...words: unknown[]) => string
  te: (key: string) => boolean
  tm: (key: string) => unknown
  getLocaleMessage: (locale: string) => Messages
  setLocaleMessage: (locale: string, messages: Messages) => void
  mergeLocaleMessage: (locale: string, messages: Messages) => void
}

interface Options {
  locale: string
  messages?: Record<string, Messages>
  /** What is shown for a text that is not there; its key otherwise. */
  missing?: (locale: string, key: string) => string
}

const KEY: InjectionKey<Texts> = Symbol('texts')
const PART = /\{\s*(?:'([^']*)'|([^\s{}']+))\s*\}/g

const isObject = (value: unknown): value is Messages => typeof value === 'object' && value !== null

function lookUp(messages: unknown, key: string): unknown {
  let node = messages
  for (const part of key.split('.')) {
    if (!isObject(node) || !Object.hasOwn(node, part)) return undefined
    node = node[part]
  }
  return node
}

function merged(base: Messages, other: Messages): Messages {
  const all = { ...base }
  for (const [key, value] of Object.entries(other)) {
    const old = all[key]
    all[key] = isObject(old) && isObject(value) && !Array.isArray(value) ? merged(old, value) : value
  }
  return all
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return ''
  return isObject(value) ? JSON.stringify(value, null, 2) : String(value)
}

/** Which of the forms belongs to a number: of two the first to one thing alone; of more, none, one and many. */
function form(forms: string[], count: number): string {
  const size = Math.abs(count)
  const at = forms.length === 2 ? (size === 1 ? 0 : 1) : Math.min(size, forms.length - 1)
  return forms[at]!.trim()
}

/** A text with what belongs into it. */
export function filled(text: string, named: Named, count: number): string {
  const forms = text.split('|')
  const chosen = forms.length > 1 ? form(forms, count) : text
  return chosen.replace(PART, (_all, literal?: string, name?: string) =>
    name === undefined ? (literal ?? '') : shown(named[name]),
  )
}

export function createI18n(options: Options & Record<string, unknown>) {
  const locale = ref(options.locale)
  const tables: Record<string, Messages> = { ...options.messages }
  /** Counts what was added: whoever shows a text that was not there shows it then. */
  const added = shallowRef(0)

  /** Texts by key in the language that is shown, for they are asked for again with every row. */
  let cache = new Map<string, string>()
  let cacheOf = ''

  function textOf(key: string): string | undefined {
    const language = locale.value // read each time: what shows a text follows the language
    if (language !== cacheOf) forget(language)
    const text = cache.get(key) ?? lookUp(tables[language], key)
    if (typeof text === 'string') {
      cache.set(key, text)
      return text
    }
    void added.value
    return undefined
  }

  function forget(language: string): void {
    cacheOf = language
    cache = new Map()
  }

  function t(key: string, ...words: unknown[]): string {
    const text = textOf(key)
    const fallback = words.find((word) => typeof word === 'string')
    if (text === undefined) return fallback ?? options.missing?.(locale.value, key) ?? key
    const given = words.find((word) => typeof word === 'number')
    const parts = words.find(isObject)
    if (!parts && given === undefined)
      return text.includes('{') || text.includes('|') ? filled(text, {}, 1) : text
    const named = given === undefined ? parts! : { count: given, n: given, ...parts }
    const count = [named.count, named.n].find((value) => typeof value === 'number') as number | undefined
    return filled(text, named, count ?? 1)
  }

  function setLocaleMessage(language: string, messages: Messages): void {
    tables[language] = messages
    forget(cacheOf)
    added.value += 1
  }

  const global: Texts = {
    locale,
    t,
    te: (key) => textOf(key) !== undefined,
    tm: (key) => {
      void added.value
      return lookUp(tables[locale.value], key) ?? {}
    },
    getLocaleMessage: (language) => tables[language] ?? {},
    setLocaleMessage,
    mergeLocaleMessage: (language, messages) =>
      setLocaleMessage(language, merged(tables[language] ?? {}, messages)),
  }
  return { global, install: (app: App) => void app.provide(KEY, global) }
}

/** Of the app that a component belongs to. */
export function useI18n(): Texts {
  const texts = inject(KEY)
  if (!texts) throw new Error('the app has no texts')
  return texts
}
