import { createI18n } from 'vue-i18n'
import { shallowRef } from 'vue'
import { answerPlainTexts } from '@linli/shared'
import { DAILY, OPEN } from './firstViews'
import type { Language as ElementLanguage } from 'element-plus/es/locale'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const STORED = 'linli.language'
type Texts = { default: { messages: Record<string, unknown> } }
const loaders = { 'zh-CN': () => import('./zh-CN'), en: () => import('./en') }
const desk: Record<Language, () => Promise<Texts>> = {
  'zh-CN': () => import('./zh-CN.desk'),
  en: () => import('./en.desk'),
}
const more: Record<Language, () => Promise<Texts>> = {
  'zh-CN': () => import('./zh-CN.more'),
  en: () => import('./en.more'),
}
const complete = shallowRef(false)
let rest: Promise<void> | null = null

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  missingWarn: import.meta.env.DEV,
  // Until all texts are here, one that is on its way shows as nothing and not as its key.
  missing: (_locale, key) => (complete.value ? key : ''),
  fallbackWarn: false,
})

answerPlainTexts(i18n.global)

/** Texts of the component library in the chosen language. */
export const elementLanguage = shallowRef<ElementLanguage>()

export function storedLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (stored === 'en' || stored === 'zh-CN') return stored
  return /^zh/i.test(navigator.language) ? 'zh-CN' : 'en'
}

export function currentLanguage(): Language {
  return i18n.global.locale.value as Language
}

/** Load the texts of a language that this page needs, and show everything in it from now on. */
export async function setLanguage(language: Language, path = location.pathname): Promise<void> {
  const first = loaders[language]()
  const all = complete.value || !(OPEN.test(path) || DAILY.test(path))
  const further = all ? [desk[language](), more[language]()] : OPEN.test(path) ? [] : [desk[language]()]
  const [base, ...parts] = await Promise.all([first, ...further] as const)
  complete.value = all
  rest = null
  i18n.global.setLocaleMessage(language, base.default.messages as never)
  for (const part of parts) i18n.global.mergeLocaleMessage(language, part.default.messages)
  elementLanguage.value = base.default.element
  i18n.global.locale.value = language
  document.documentElement.lang = language
  localStorage.setItem(STORED, language)
}

/** All texts of the language that is shown: for every page after the first. */
export function allTexts(): Promise<void> {
  if (complete.value) return Promise.resolve()
  const language = currentLanguage()
  return (rest ??= Promise.all([desk[language](), more[language]()]).then(
    (parts) => {
      if (language !== currentLanguage()) return
      for (const part of parts) i18n.global.mergeLocaleMessage(language, part.default.messages)
      complete.value = true
    },
    (error: unknown) => {
      rest = null
      throw error
    },
  ))
}
