import { useI18n } from 'vue-i18n'
import words from './address.json'

/** A number, such as 01, 12B or A-3; Sunrise is a name and stays as it is. */
const BARE = /^(?:[A-Z]{0,2}-?\d[0-9A-Z-]{0,9}|[A-Z]{1,2})$/
const ENGLISH: Record<string, string> = words.english
const LEVELS = words.levels
const NUMBERED = new RegExp(
  `^([0-9A-Z-]+)(${Object.keys(ENGLISH)
    .sort((word, other) => other.length - word.length)
    .join('|')})$`,
)
const BUILDING = new RegExp(`(${words.buildings.join('|')})$`)
type Kind = keyof typeof LEVELS

const plain = (name: string) => name.normalize('NFKC').trim().toUpperCase()
const number = (text: string) => text.replace(/^0+/, '') || '0'

function kinds(names: string[]): Kind[] {
  const perLevel = names.map((): Kind => 'area')
  const last = names.length - 1
  if (last >= 0) perLevel[last] = 'house'
  const third = names[last - 2]
  if (third !== undefined && (BUILDING.test(third) || BARE.test(third.toUpperCase()))) {
    perLevel[last - 2] = 'building'
    perLevel[last - 1] = 'unit'
  } else if (last >= 1) perLevel[last - 1] = 'building'
  return perLevel
}

/**
 * An address as people say it: `01/01/0101` is 1幢1单元101室, in English Building 1, Unit 1, Room 101.
 * The levels are joined by `/`, the largest first. Bare numbers are read from the end: room, unit, building, area.
 * The platform says addresses by the same rules: linli.domains.communities.addresses.
 */
export function inWords(location: string, language: string): string {
  const names = location
    .split('/')
    .map((name) => name.trim())
    .filter(Boolean)
  const kind = kinds(names)
  const levels = names.map((name, at) => levelInWords(name, kind[at] ?? 'area', language))
  return levels.join(language === 'en' ? ', ' : '')
}

/** One level of an address: `01` of a building is 1幢, in English Building 1; a name that says what it is stays. */
export function levelInWords(name: string, kind: string, language: string): string {
  const word = kind in LEVELS ? LEVELS[kind as Kind] : null
  const level = word !== null && BARE.test(plain(name)) ? `${number(plain(name))}${word}` : name
  const [, core, ends] = NUMBERED.exec(plain(level)) ?? []
  if (core === undefined || ends === undefined) return level
  return language === 'en' ? `${ENGLISH[ends] ?? ''} ${number(core)}` : `${number(core)}${ends}`
}

/** Where a community is: an address that names its city already is not told of it twice. */
export const placeInWords = (city: string, address: string): string =>
  address.includes(city) ? address : `${city} ${address}`.trim()

/** `levelInWords` in the language of the page, for spaces to choose from. */
export function useLevel(): (space: { name: string; kind: string }) => string {
  const { locale } = useI18n()
  return ({ name, kind }) => levelInWords(name, kind, locale.value)
}

/** `inWords` in the language of the page; empty for no address. */
export function useAddress(): (location: string | null | undefined) => string {
  const { locale } = useI18n()
  return (location) => inWords(location ?? '', locale.value)
}
