import { Locale } from 'vant'
import { createI18n } from 'vue-i18n'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
export type Texts = Record<string, Record<string, unknown>>
type Loaded = { default: { messages: Texts; vant: Record<string, unknown> } }

const STORED = 'linli.language'
let loaders: Record<Language, () => Promise<Loaded>> | null = null

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
})

/** Where the app's texts come from; each language is loaded when it is chosen. */
export function provideTexts(from: Record<Language, () => Promise<Loaded>>): void {
  loaders = from
}

export function storedLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (stored === 'en' || stored === 'zh-CN') return stored
  return /^zh/i.test(navigator.language) ? 'zh-CN' : 'en'
}

export function currentLanguage(): Language {
  return i18n.global.locale.value as Language
}

/** Load a language's texts if they are not here yet, and show everything in it from now on. */
export async function setLanguage(language: Language): Promise<void> {
  if (!loaders) throw new Error('no texts were provided')
  const loaded = (await loaders[language]()).default
  i18n.global.setLocaleMessage(language, loaded.messages)
  Locale.use(language, loaded.vant)
  i18n.global.locale.value = language
  document.documentElement.lang = language
  localStorage.setItem(STORED, language)
}

/** Texts by room: `../domains/visitors/strings/en.json` becomes `visitors.…`. */
export function collect(files: Record<string, Record<string, unknown>>): Texts {
  return Object.fromEntries(
    Object.entries(files).map(([path, texts]) => [path.split('/').at(-3) ?? path, texts]),
  )
}
