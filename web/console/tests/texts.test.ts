import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { createI18n as createTheirs } from 'vue-i18n/dist/vue-i18n.mjs'
import { createI18n } from '../../shared/src/texts'
import { DAILY, OPEN, roomsOf } from '../src/i18n/firstViews'

const SOURCE = resolve(import.meta.dirname, '../src')

/** The modules that a module imports, of this app. */
function imported(file: string): string[] {
  const code = readFileSync(file, 'utf8')
  return [...code.matchAll(/^(?:import|export)\s[^'"]*?from '([^']+)'/gms)].flatMap(([, name]) => {
    const base = name!.startsWith('@/') ? resolve(SOURCE, name!.slice(2)) : resolve(dirname(file), name!)
    const path = ['', '.ts', '.vue', '/index.ts']
      .map((end) => base + end)
      .find((candidate) => /\.(ts|vue)$/.test(candidate) && existsSync(candidate))
    return name!.startsWith('@/') || name!.startsWith('.') ? (path ? [path] : []) : []
  })
}

function usedRooms(file: string, seen = new Set<string>()): Set<string> {
  if (!seen.has(file)) {
    seen.add(file)
    for (const next of imported(file)) usedRooms(next, seen)
  }
  const rooms = [...seen].map((path) => /domains\/(\w+)\//.exec(path)?.[1] ?? '')
  return new Set(rooms.filter((room) => existsSync(`${SOURCE}/domains/${room}/strings/en.json`) && room))
}

/** All texts of the app in a language, by room. */
function textsIn(language: string): Record<string, unknown> {
  const read = (folder: string) => JSON.parse(readFileSync(`${folder}/strings/${language}.json`, 'utf8'))
  const rooms = readdirSync(`${SOURCE}/domains`).filter((room) =>
    existsSync(`${SOURCE}/domains/${room}/strings`),
  )
  return {
    shared: read(resolve(SOURCE, '../../shared/src')),
    app: read(`${SOURCE}/app`),
    ...Object.fromEntries(rooms.map((room) => [room, read(`${SOURCE}/domains/${room}`)])),
  }
}

function keysOf(node: unknown, path = ''): string[] {
  if (typeof node !== 'object' || node === null) return [path]
  return Object.entries(node).flatMap(([key, value]) => keysOf(value, path ? `${path}.${key}` : key))
}

const listed = (file: string) =>
  [...readFileSync(`${SOURCE}/i18n/${file}`, 'utf8').matchAll(/'\.\.\/domains\/\{([\w,]+)\}/g)].flatMap(
    ([, rooms]) => rooms!.split(','),
  )

test.each(['zh-CN', 'en'])('the first view of a daily page has the texts of its rooms in %s', (language) => {
  const ofEvery = new Set(listed(`${language}.ts`))
  const lacking: Record<string, string[]> = {}
  for (const room of readdirSync(`${SOURCE}/domains`)) {
    const routes = `${SOURCE}/domains/${room}/routes.ts`
    if (!existsSync(routes)) continue
    for (const [, path, page] of readFileSync(routes, 'utf8').matchAll(
      /path: '([^']+)',[^{}]*?import\('\.\/([^']+)'\)/g,
    )) {
      const there = roomsOf(`/${path}`)
      if (!there) continue
      const lacks = [...usedRooms(`${SOURCE}/domains/${room}/${page}`)].filter(
        (candidate) => !ofEvery.has(candidate) && !there.includes(candidate),
      )
      if (lacks.length) lacking[path!] = lacks
    }
  }
  expect(lacking).toEqual({})
})

test.each(['zh-CN', 'en'])('further texts of %s leave out what comes before them', (language) => {
  const out = [
    ...readFileSync(`${SOURCE}/i18n/${language}.more.ts`, 'utf8').matchAll(/'!\.\.\/domains\/\{([\w,]+)\}/g),
  ]
  const first = [...listed(`${language}.ts`), ...listed('index.ts')]
  expect(new Set(out.flatMap(([, rooms]) => rooms!.split(',')))).toEqual(new Set(first))
  expect(listed('index.ts')).toEqual(expect.arrayContaining(Object.values(DAILY).flat()))
})

test('which pages are open is the same before the scripts are there', () => {
  expect(readFileSync(resolve(SOURCE, '../early.js'), 'utf8')).toContain(String(OPEN))
})

const asOurs = createTheirs as unknown as typeof createI18n

describe.each(['zh-CN', 'en'])('our texts in %s', (language) => {
  const messages = textsIn(language)
  const options = { locale: language, messages: { [language]: messages } }
  const theirs = asOurs({ legacy: false, missingWarn: false, fallbackWarn: false, ...options }).global
  const ours = createI18n(options).global
  const keys = keysOf(messages)

  it.each([0, 1, 2, 5, 1000])('say the same as the library with %i', (count) => {
    expect(keys.length).toBeGreaterThan(1000)
    const words = { count, n: count, name: '<b>门|{x}</b>', reason: null, day: 3 }
    const other = keys.filter(
      (key) => ours.t(key, words) !== theirs.t(key, words) || ours.t(key, count) !== theirs.t(key, count),
    )
    expect(other).toEqual([])
  })

  it('say the same without anything to put in, and for what is not there', () => {
    const other = [...keys, 'app', 'app.none', 'none.at.all'].filter(
      (key) =>
        ours.t(key) !== theirs.t(key) ||
        ours.te(key) !== theirs.te(key) ||
        ours.t(key, 'given') !== theirs.t(key, 'given'),
    )
    expect(other).toEqual([])
  })
})
