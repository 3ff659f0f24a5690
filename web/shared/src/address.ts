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
  const levels = names.map((name, at) => {
    const bare = BARE.test(plain(name)) ? `${number(plain(name))}${LEVELS[kind[at] ?? 'area']}` : name
    const [, core, word] = NUMBERED.exec(plain(bare)) ?? []
    if (core === undefined || word === undefined) return bare
    return language === 'en' ? `${ENGLISH[word] ?? ''} ${number(core)}` : `${number(core)}${word}`
  })
  return levels.join(language === 'en' ? ', ' : '')
}

/** `inWords` in the language of the page; empty for no address. */
export function useAddress(): (location: string | null | undefined) => string {
  const { locale } = useI18n()
  return (location) => inWords(location ?? '', locale.value)
}
