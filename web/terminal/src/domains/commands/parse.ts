import words from './phrases.json'

/** What is going on when somebody says something: the same word may mean another thing then. */
export type Moment =
  'main' | 'ringing' | 'talking' | 'calling' | 'looking' | 'prompt' | 'playing' | 'choosing'
export type Command =
  | { kind: 'open' | 'answer' | 'hangUp' | 'play' | 'dismiss' | 'stop' | 'look' | 'property' | 'back' }
  | { kind: 'lift'; floor: string }
  | { kind: 'floor'; floor: string }
  | { kind: 'choose'; place: number }

/** Signs that are read; nobody says more to a terminal. */
export const MOST = 60
type Simple = Exclude<Command['kind'], 'lift' | 'floor' | 'choose'>
const MEANT: Record<Moment, readonly (Simple | 'lift' | 'floor' | 'choose')[]> = {
  main: ['open', 'play', 'look', 'property', 'lift', 'floor'],
  ringing: ['open', 'answer', 'hangUp'],
  talking: ['open', 'hangUp'],
  calling: ['hangUp'],
  looking: ['open', 'hangUp', 'back'],
  prompt: ['play', 'dismiss', 'open'],
  playing: ['stop', 'open'],
  choosing: ['choose', 'back'],
}
const SIMPLE: readonly Simple[] = [
  'open', 'answer', 'hangUp', 'play', 'dismiss', 'stop', 'look', 'property', 'back',
] // prettier-ignore

/** What somebody typed or spoken means now; null: nothing that is known. Pure. Source: spec A 6. */
export function parse(text: string, moment: Moment): Command | null {
  if (text.length > MOST) return null
  const spoken = plain(text)
  if (!spoken) return null
  const meant = MEANT[moment]
  for (const kind of SIMPLE)
    if (meant.includes(kind) && isOne(spoken, words[kind])) return { kind } as Command
  if (meant.includes('lift')) {
    const rest = after(spoken, words.lift)
    if (rest === '') return { kind: 'lift', floor: '' }
    const to = rest === null ? null : after(rest, words.toFloor)
    const floor = rest === null ? null : floorIn(to ?? rest, to !== null)
    if (floor) return { kind: 'lift', floor }
  }
  if (meant.includes('floor')) {
    const at = after(spoken, words.atFloor)
    const floor = floorIn(at ?? spoken, at !== null)
    if (floor) return { kind: 'floor', floor }
  }
  if (meant.includes('choose')) {
    const place = placeIn(spoken)
    if (place) return { kind: 'choose', place }
  }
  return null
}

/** Without the terminal's name, signs between words, and blanks of Chinese. */
function plain(text: string): string {
  let spoken = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{P}\p{S}]+/gu, (signs) => (/^[-']$/.test(signs) ? signs : ' '))
    .replace(/\s+/g, ' ')
    .trim()
  for (const name of words.wake) if (spoken.startsWith(name)) spoken = spoken.slice(name.length).trim()
  return /\p{Script=Han}/u.test(spoken) ? spoken.replace(/ /g, '') : spoken
}

const longestFirst = (some: readonly string[]) => [...some].sort((left, right) => right.length - left.length)

function isOne(spoken: string, phrases: readonly string[]): boolean {
  if (phrases.includes(spoken)) return true
  const rest = after(spoken, words.lead)
  return rest !== null && phrases.includes(rest)
}

/** What follows one of these; null: it begins with none of them. */
function after(spoken: string, phrases: readonly string[]): string | null {
  for (const phrase of longestFirst(phrases))
    if (spoken.startsWith(phrase)) {
      const rest = spoken.slice(phrase.length)
      if (!/^[a-z]/.test(rest) || /\p{Script=Han}$/u.test(phrase)) return rest.trim()
    }
  return null
}

/** `5`, `-1`, `B1`, or a Chinese number up to 99, with a word of floors beside it where it is Chinese. */
function floorIn(spoken: string, bare = false): string | null {
  let core = spoken
  const lead = after(core, words.floorLead)
  if (lead !== null) core = lead
  const tail = words.floorWords.find((word) => core.endsWith(word) && core.length > word.length)
  if (tail) core = core.slice(0, -tail.length).trim()
  let below = false
  for (const word of words.below)
    if (core.startsWith(word)) {
      below = true
      core = core.slice(word.length).trim()
    }
  if (/^b\d$/.test(core)) return core.toUpperCase()
  if (/^-?\d{1,2}$/.test(core)) {
    if (!bare && lead === null && !tail && core === spoken) return null // a bare number may be anything
    return below ? `-${core.replace('-', '')}` : core
  }
  const number = chinese(core)
  if (number === null || (!bare && !tail && lead === null)) return null
  return below ? `-${number}` : String(number)
}

function chinese(text: string): number | null {
  const digits: Record<string, number> = words.digits
  const parts = text.split(words.ten)
  if (parts.length > 2 || !text) return null
  const value = (part: string | undefined, empty: number) =>
    part === '' || part === undefined ? empty : (digits[part] ?? null)
  if (parts.length === 1) return value(text, -1)
  const tens = value(parts[0], 1)
  const ones = value(parts[1], 0)
  return tens === null || ones === null ? null : tens * 10 + ones
}

function placeIn(spoken: string): number | null {
  let core = spoken
  for (const word of words.choose) if (core.startsWith(word)) core = core.slice(word.length)
  for (const word of words.chooseWords) if (core.endsWith(word)) core = core.slice(0, -word.length)
  const number = /^\d{1,2}$/.test(core) ? Number(core) : chinese(core)
  return number !== null && number >= 1 ? number : null
}
