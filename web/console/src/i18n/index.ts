import { createI18n } from 'vue-i18n'
import { shallowRef } from 'vue'
import { answerPlainTexts } from '@linli/shared'
import type { Language as ElementLanguage } from 'element-plus/es/locale'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const STORED = 'linli.language'
const loaders = { 'zh-CN': () => import('./zh-CN'), en: () => import('./en') }

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  missingWarn: import.meta.env.DEV,
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

/** Load a language's texts if they are not here yet, and show everything in it from now on. */
export async function setLanguage(language: Language): Promise<void> {
  const loaded = await loaders[language]()
  i18n.global.setLocaleMessage(language, loaded.default.messages)
  elementLanguage.value = loaded.default.element
  i18n.global.locale.value = language
  document.documentElement.lang = language
  localStorage.setItem(STORED, language)
}
