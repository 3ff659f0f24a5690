import { createI18n } from 'vue-i18n'
import { shallowRef } from 'vue'
import { roomsOf } from './firstViews'
import type { Language as ElementLanguage } from 'element-plus/es/locale'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const STORED = 'linli.language'
type Texts = { default: { messages: Record<string, unknown> } }
const loaders = { 'zh-CN': () => import('./zh-CN'), en: () => import('./en') }
/** Those of the rooms that are open all day, each in a file of its own. */
const daily = import.meta.glob<{ default: Record<string, unknown> }>(
  '../domains/{doors,people,usergroups,listimports,faces,history,visitors,vehicles,overview,credentials,devices,notices,property}/strings/*.json',
)
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

/** The texts of rooms; of all that are open all day when none is named. */
async function textsOf(language: Language, rooms?: readonly string[]): Promise<Record<string, unknown>> {
  const files = Object.entries(daily).flatMap(([path, load]) => {
    const room = path.split('/').at(-3)!
    return path.endsWith(`/${language}.json`) && (rooms?.includes(room) ?? true) ? [{ room, load }] : []
  })
  const texts = await Promise.all(files.map(async ({ room, load }) => [room, (await load()).default]))
  return Object.fromEntries(texts)
}

async function furtherTexts(language: Language): Promise<Record<string, unknown>> {
  const [day, others] = await Promise.all([textsOf(language), more[language]()])
  return { ...day, ...others.default.messages }
}

/** Load the texts of a language that this page needs, and show everything in it from now on. */
export async function setLanguage(language: Language, path = location.pathname): Promise<void> {
  const rooms = complete.value ? undefined : roomsOf(path)
  const [base, further] = await Promise.all([
    loaders[language](),
    // What a search opens beside its list may have texts of any of the rooms that are open all day.
    rooms ? textsOf(language, location.search && rooms.length ? undefined : rooms) : furtherTexts(language),
  ])
  complete.value = !rooms
  rest = null
  i18n.global.setLocaleMessage(language, base.default.messages as never)
  i18n.global.mergeLocaleMessage(language, further)
  elementLanguage.value = base.default.element
  i18n.global.locale.value = language
  document.documentElement.lang = language
  localStorage.setItem(STORED, language)
}

/** All texts of the language that is shown: for every page after the first. */
export function allTexts(): Promise<void> {
  if (complete.value) return Promise.resolve()
  const language = currentLanguage()
  return (rest ??= furtherTexts(language).then(
    (texts) => {
      if (language !== currentLanguage()) return
      i18n.global.mergeLocaleMessage(language, texts)
      complete.value = true
    },
    (error: unknown) => {
      rest = null
      throw error
    },
  ))
}
