import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Plugin, Rolldown } from 'vite'

type Chunk = Rolldown.OutputChunk & { viteMetadata?: { importedCss?: Set<string> } }

export interface FirstPages {
  /** Ends of the modules that every page of somebody signed in is drawn with. */
  inside?: string[]
  /** The same for single paths. */
  paths?: Record<string, string[]>
  /** The same by a name of its own, which early.js asks for. */
  more?: Record<string, string[]>
}

/**
 * Tells early.js, by a meta element, which built files the first page needs beyond the entry: the texts of each language
 * and the pages of `first`. It has the browser fetch them at once instead of one after the other.
 */
export function earlyFiles(first: FirstPages): Plugin {
  let base = '/'
  return {
    name: 'linli-early-files',
    apply: 'build',
    configResolved: (config) => void (base = config.base),
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle, chunk: entry }) {
        const chunks = Object.values(bundle ?? {}).filter(
          (output): output is Chunk => output.type === 'chunk',
        )
        const there = new Set(entry ? withImports(chunks, entry as Chunk) : [])
        const files = (ends: string[]) => {
          const entries = chunks.filter((chunk) => ends.some((end) => chunk.facadeModuleId?.endsWith(end)))
          if (entries.length < ends.length) throw new Error(`no chunk for one of ${ends.join(', ')}`)
          const wanted = entries.flatMap((entry) => withImports(chunks, entry))
          return [...new Set(wanted)].filter((file) => !there.has(file)).map((file) => base + file)
        }
        const lists = {
          'zh-CN': files(['/src/i18n/zh-CN.ts']),
          en: files(['/src/i18n/en.ts']),
          ...Object.fromEntries(Object.entries(first.more ?? {}).map(([name, ends]) => [name, files(ends)])),
          inside: files(first.inside ?? []),
          paths: Object.fromEntries(
            Object.entries(first.paths ?? {}).map(([path, ends]) => [path, files(ends)]),
          ),
        }
        return [
          {
            tag: 'meta',
            attrs: { name: 'linli-early', content: JSON.stringify(lists) },
            injectTo: 'head-prepend',
          },
        ]
      },
    },
  }
}

/**
 * The page of each plain path (`/residents`; of `employees/:departmentId?` the `/employees`), read from the routes of all
 * rooms as they are written.
 */
export function pagesOfRoutes(source: string): Record<string, string[]> {
  const pages: Record<string, string[]> = {}
  for (const room of readdirSync(`${source}/domains`)) {
    const file = `${source}/domains/${room}/routes.ts`
    if (!existsSync(file)) continue
    const routes = readFileSync(file, 'utf8').matchAll(/path: '([^']+)',[^{}]*?import\('\.\/([^']+)'\)/g)
    for (const [, path, page] of routes) {
      const plain = path!.replace(/(\/:\w+(\(.*?\))?\?)+$/, '')
      if (!plain.includes(':')) pages[`/${plain}`] = [`/src/domains/${room}/${page}`]
    }
  }
  if (!Object.keys(pages).length) throw new Error(`no routes below ${source}`)
  return pages
}

/** The files of a chunk and of all that it imports. */
function withImports(chunks: Chunk[], chunk: Chunk, seen = new Set<string>()): string[] {
  if (seen.has(chunk.fileName)) return []
  seen.add(chunk.fileName)
  const below = chunk.imports.flatMap((name) => {
    const next = chunks.find((chunk) => chunk.fileName === name)
    return next ? withImports(chunks, next, seen) : []
  })
  return [chunk.fileName, ...(chunk.viteMetadata?.importedCss ?? []), ...below]
}

/**
 * Parts of Element Plus that a page shows when it is first drawn; all others come with the first form, dialog or drop-down
 * list. Reading them took longer than drawing the page.
 */
const AT_ONCE =
  /element-plus\/es\/(utils|constants|locale|components\/(alert|radio|config-provider\/src\/(hooks|constants)|icon|tag|collapse-transition|form\/src\/(constants|hooks)|select\/src\/(option2|option\.|useOption|token)))/
const AT_ONCE_STYLES =
  /theme-chalk\/(base|el-(button|icon|input|select|tag|checkbox|pagination|radio|radio-button|radio-group|message|badge|option|alert|date-picker))\.css$/
const ELEMENT =
  /node_modules\/(element-plus|@popperjs|@ctrl|async-validator|dayjs|@vueuse|lodash-es|lodash-unified|@floating-ui|memoize-one|normalize-wheel-es)\//
const DATES = /element-plus\/es\/components\/(date-picker|time-picker)|node_modules\/dayjs/
/** What a form's own frame is made of: the page to sign in is one, and needs no list or dialog. */
const FRAME = /element-plus\/es\/components\/form\/|node_modules\/async-validator\//
const late = (id: string) => ELEMENT.test(id) && !AT_ONCE.test(id) && !AT_ONCE_STYLES.test(id)

/**
 * Vue and its companions in one file; what many pages draw with in a second, and what forms and dialogs are made of in
 * a third: a page then needs few files.
 */
export function fewFiles(shared: number) {
  return {
    codeSplitting: {
      groups: [
        { name: 'vue', test: /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify)\//, priority: 4 },
        { name: 'common', test: (id: string) => !late(id), minShareCount: shared, priority: 3 },
        { name: 'ticks', test: /element-plus\/es\/components\/checkbox/, minShareCount: shared, priority: 3 },
        { name: 'frame', test: (id: string) => late(id) && FRAME.test(id), minShareCount: 2, priority: 3 },
        {
          name: 'forms',
          test: (id: string) => late(id) && !DATES.test(id),
          minShareCount: shared,
          priority: 2,
        },
        { name: 'dates', test: DATES, minShareCount: 2, priority: 1 },
      ],
    },
  }
}
