// Every text key that the code uses exists in every language, every language has the same keys and the same places,
// no key is left over, and no Chinese stands in the code. Called in an app's folder with its name and the packages
// that it shares; `phone` is used by several apps, so that its own keys may be left over in one of them.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const LANGUAGES = ['zh-CN', 'en']
const [, ...packages] = process.argv.slice(2)
const SOURCES = ['src', ...packages.map((name) => `../${name}/src`)]
/** Rooms whose texts several apps use. */
const COMMON = new Set(['phone'])

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* files(path)
    else yield path
  }
}

function flatten(value, prefix, into) {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string') into.set(`${prefix}.${key}`, inner)
    else flatten(inner, `${prefix}.${key}`, into)
  }
  return into
}

const all = SOURCES.flatMap((source) => [...files(source)])
const messages = Object.fromEntries(LANGUAGES.map((language) => [language, new Map()]))
for (const path of all.filter((path) => dirname(path).endsWith('strings') && path.endsWith('.json'))) {
  const room = path.startsWith('../') ? path.split('/')[1] : basename(dirname(dirname(path)))
  const language = basename(path, '.json')
  flatten(JSON.parse(readFileSync(path, 'utf8')), room, messages[language])
}

const problems = []
const [first, ...others] = LANGUAGES
const places = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort().join()
for (const other of others) {
  for (const [key, text] of messages[first]) {
    const twin = messages[other].get(key)
    if (twin === undefined) problems.push(`${other} lacks ${key}`)
    else if (places(text) !== places(twin)) problems.push(`${key} has other places in ${other}`)
  }
  for (const key of messages[other].keys())
    if (!messages[first].has(key)) problems.push(`${first} lacks ${key}`)
}

const used = new Set()
const prefixes = new Set()
for (const path of all.filter((path) => /\.(vue|ts)$/.test(path) && !path.endsWith('.d.ts'))) {
  const code = readFileSync(path, 'utf8')
  const bare = code
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
  if (/[\u4e00-\u9fff]/.test(bare)) problems.push(`${path} has Chinese text in the code`)
  // Every literal of a call's first argument, so that t(open ? 'a.b' : 'a.c') counts twice.
  for (const match of code.matchAll(/\b(?:t|te)\(([^,)]*)/g))
    for (const literal of match[1].matchAll(/'([\w-]+(?:\.[\w-]+)+)'/g)) used.add(literal[1])
  for (const match of code.matchAll(/`([\w-]+(?:\.[\w-]+)*\.)\$\{/g)) prefixes.add(match[1])
  // Keys handed on as data: titleKey: 'devices.title', place('devices.title', …).
  for (const match of code.matchAll(/(?:titleKey: |place\()'([\w-]+(?:\.[\w-]+)+)'/g)) used.add(match[1])
}
const known = messages[first]
for (const key of used) if (!known.has(key)) problems.push(`no text for ${key}`)
const rooms = new Set([...known.keys()].map((key) => key.split('.')[0]))
for (const prefix of prefixes)
  if (rooms.has(prefix.split('.')[0]) && ![...known.keys()].some((key) => key.startsWith(prefix)))
    problems.push(`no text begins with ${prefix}`)
for (const key of known.keys())
  if (
    !COMMON.has(key.split('.')[0]) &&
    !used.has(key) &&
    ![...prefixes].some((prefix) => key.startsWith(prefix))
  )
    problems.push(`nobody uses ${key}`)

if (problems.length) {
  console.error(problems.sort().join('\n'))
  process.exit(1)
}
console.log(`${known.size} texts in ${LANGUAGES.join(' and ')}`)
