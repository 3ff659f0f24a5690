import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { DAILY, OPEN } from '../src/i18n/firstViews'

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

function roomsOf(file: string, seen = new Set<string>()): Set<string> {
  if (!seen.has(file)) {
    seen.add(file)
    for (const next of imported(file)) roomsOf(next, seen)
  }
  const rooms = [...seen].map((path) => /domains\/(\w+)\//.exec(path)?.[1] ?? '')
  return new Set(rooms.filter((room) => existsSync(`${SOURCE}/domains/${room}/strings/en.json`) && room))
}

const listed = (file: string) =>
  [...readFileSync(`${SOURCE}/i18n/${file}`, 'utf8').matchAll(/domains\/\{([\w,]+)\}/g)].flatMap(
    ([, rooms]) => rooms!.split(','),
  )

test.each(['zh-CN', 'en'])('the first view of a daily page has the texts of its rooms in %s', (language) => {
  const there = new Set([...listed(`${language}.ts`), ...listed(`${language}.desk.ts`)])
  const lacking: Record<string, string[]> = {}
  for (const room of readdirSync(`${SOURCE}/domains`)) {
    const routes = `${SOURCE}/domains/${room}/routes.ts`
    if (!existsSync(routes)) continue
    for (const [, path, page] of readFileSync(routes, 'utf8').matchAll(
      /path: '([^']+)',[^{}]*?import\('\.\/([^']+)'\)/g,
    )) {
      if (!DAILY.test(`/${path}`)) continue
      const lacks = [...roomsOf(`${SOURCE}/domains/${room}/${page}`)].filter(
        (candidate) => !there.has(candidate),
      )
      if (lacks.length) lacking[path!] = lacks
    }
  }
  expect(lacking).toEqual({})
})

test.each(['zh-CN', 'en'])('further texts of %s leave out what came first', (language) => {
  const out = [
    ...readFileSync(`${SOURCE}/i18n/${language}.more.ts`, 'utf8').matchAll(/'!\.\.\/domains\/\{([\w,]+)\}/g),
  ]
  const first = [...listed(`${language}.ts`), ...listed(`${language}.desk.ts`)]
  expect(new Set(out.flatMap(([, rooms]) => rooms!.split(',')))).toEqual(new Set(first))
})

test('what is asked for before the scripts are there is the same', () => {
  const early = readFileSync(resolve(SOURCE, '../public/early.js'), 'utf8')
  for (const paths of [OPEN, DAILY]) expect(early).toContain(String(paths))
})
