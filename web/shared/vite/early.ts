import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { minifySync } from 'rolldown/utils'
import type { Plugin, Rolldown } from 'vite'

type Chunk = Rolldown.OutputChunk & { viteMetadata?: { importedCss?: Set<string> } }

/** For a web whose server puts into the page what belongs to the path that is asked for. */
export interface Served {
  /** The file of the script that runs in the page itself, before all else. */
  script: string
  /** Path → right → what its page asks first with that right; `{community}` is the one worked in. */
  questions: Record<string, Record<string, string[]>>
  /** The same: what only the server answers with the page itself; one by one they would keep the scripts waiting. */
  brought: Record<string, Record<string, string[]>>
  /** Ends of the modules of the texts that a path's page needs beyond those of every page; null: of any other path. */
  texts: (path: string | null, language: string) => string[]
}

export interface FirstPages {
  /** Ends of the modules that every page of somebody signed in is drawn with. */
  inside?: string[]
  /** The same for single paths. */
  paths?: Record<string, string[]>
  /** The same by a name of its own, which early.js asks for. */
  more?: Record<string, string[]>
  served?: Served
}

/** What the server reads beside index.html: path → files and questions of its page (`linli.console.pages`). */
const FIRST = 'first.json'

/**
 * Tells early.js, by a meta element, which built files the first page needs beyond the entry: the texts of each language
 * and the pages of `first`. It has the browser fetch them at once instead of one after the other.
 */
export function earlyFiles(first: FirstPages): Plugin {
  let base = '/'
  let emitted = ''
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
        }
        const biggestFirst = (names: string[]) =>
          names.sort((name, other) => sizeOf(bundle, other) - sizeOf(bundle, name))
        const paths = Object.fromEntries(
          Object.entries(first.paths ?? {}).map(([path, ends]) => [path, files(ends)]),
        )
        const meta = (name: string, content: unknown) => ({
          tag: 'meta',
          attrs: { name, content: JSON.stringify(content) },
          injectTo: 'head-prepend' as const,
        })
        if (!first.served) return [meta('linli-early', { ...lists, paths })]
        const { script, questions, brought, texts } = first.served
        const textsOf = (path: string | null) =>
          Object.fromEntries(['zh-CN', 'en'].map((language) => [language, files(texts(path, language))]))
        const pages = Object.entries(paths).map(([path, wanted]) => {
          const inside = wanted.filter((file) => !lists.inside.includes(file))
          const asks = { ask: questions[path] ?? {}, ...(path in brought ? { bring: brought[path] } : {}) }
          return [path, { files: biggestFirst(inside), ...asks, ...textsOf(path) }]
        })
        const unknown = Object.keys({ ...questions, ...brought }).filter((path) => !(path in paths))
        if (unknown.length) throw new Error(`questions of no page: ${unknown.join(', ')}`)
        emitted = JSON.stringify({ '': textsOf(null), ...Object.fromEntries(pages) })
        return [
          meta('linli-early', {
            ...lists,
            entry: biggestFirst([...there].filter((file) => file.endsWith('.js')).map((file) => base + file)),
            inside: biggestFirst(lists.inside),
          }),
          meta('linli-page', {}),
          meta('linli-answers', {}),
          {
            tag: 'script',
            children: shortened(readFileSync(script, 'utf8')),
            injectTo: 'head-prepend' as const,
          },
        ]
      },
    },
    writeBundle({ dir }) {
      if (dir && emitted) writeFileSync(join(dir, FIRST), emitted)
    },
  }
}

/** What a file of the bundle weighs. */
function sizeOf(bundle: Rolldown.OutputBundle | undefined, path: string): number {
  const file = Object.entries(bundle ?? {}).find(([name]) => path.endsWith(name))?.[1]
  return file?.type === 'chunk' ? file.code.length : (file?.source.length ?? 0)
}

/** Without what only readers of the source need. */
function shortened(script: string): string {
  const { code, errors } = minifySync('early.js', script, { module: false })
  if (errors.length) throw new Error(errors.map(String).join())
  return code
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

const ELEMENT =
  /node_modules\/(element-plus|@popperjs|@ctrl|async-validator|dayjs|@vueuse|lodash-es|lodash-unified|@floating-ui|memoize-one|normalize-wheel-es)\//
/** Of Element Plus what the stand-ins of `shared/src/light` use: no first view brings more of it. */
const AT_ONCE =
  /element-plus\/es\/(locale|components\/form\/src\/constants)|theme-chalk\/(base|el-(button|icon|input|select|tag|checkbox|pagination|badge|alert|radio-group|radio-button|form-item))\.css$/
/** What all its parts are made of. */
const CORE =
  /element-plus\/es\/(_virtual|utils|hooks\/use-(namespace|locale|size|z-index|empty-values|id|model-toggle|prop|attrs|focus-controller)|components\/(config-provider\/src\/(hooks|constants)|icon|form\/src\/hooks|(?!date|time)[\w-]+\/style))\/|node_modules\/lodash|@vueuse\/shared|light\/element\.ts/
/** Its small parts, that many pages have and few at first. */
const PARTS =
  /element-plus\/es\/components\/(alert|tag|radio|radio-group|badge|collapse-transition|message)\/(src|index)/
const TICKS = /element-plus\/es\/components\/checkbox\/(src|index)/
const DATES = /element-plus\/es\/components\/(date-picker|time-picker)|node_modules\/dayjs/
/** What a form's own frame is made of: the first pages of all are forms, and need no list or dialog. */
const FRAME = /element-plus\/es\/components\/form\/|node_modules\/async-validator\//
/** Our own modules that bring Element Plus, or looks that few pages have, along. */
const DOORS = /\/app\/messages|\/light\/(element|realSelect|dialog|drawer|datePicker|range|Light\w+)\./
/** What lists are drawn with. */
const LISTS =
  /shared\/src\/(components\/(DataTable|ListCard|PageSteps|ColumnChoice|SearchField|FilterChips)\.vue|composables\/useListState|csv|light\/checkbox)|theme-chalk\/el-(pagination|checkbox)\.css$/
/** Of parts of Element Plus: no first view draws them. */
const LATE_ICONS = /icons-vue\/one\/(?!(ArrowDown|Loading|Search|Setting)$)/
const LOOKS = /element-plus\/theme-chalk\/.*\.css$/
const late = (id: string) => ELEMENT.test(id) && !AT_ONCE.test(id)

/**
 * Vue and its companions in one file; what many pages draw with in a second; what forms and dialogs are made of in
 * further ones, which no page loads before it shows one. A page then needs few files.
 *
 * `shared`: how many files must use a module to have it in a common one. `rooms`: whether modules of single rooms may be
 * there too; where pages are many, each would bring what only others use. `together`: modules that few files share, and
 * that come in one of their own: each small file costs a request.
 */
export function fewFiles(shared: number, rooms = true, together: [string, RegExp][] = []) {
  const common = (id: string) =>
    !late(id) &&
    ![DOORS, LISTS, LATE_ICONS].some((others) => others.test(id)) &&
    (rooms || !/\/src\/domains\//.test(id))
  return {
    codeSplitting: {
      groups: [
        // By themselves: a file would have the looks of whatever its modules could import.
        { name: 'calendar', test: /theme-chalk\/el-(date|time)-.*\.css$/, priority: 11 },
        { name: 'looks', test: (id: string) => late(id) && LOOKS.test(id), priority: 10 },
        // With one of our own that many files of texts share: alone it would cost a request.
        {
          name: 'vue',
          test: /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify)\/|shared\/src\/collect\./,
          priority: 9,
        },
        // What Element Plus says where no language was chosen: a page in Chinese has no need of it.
        { name: 'english', test: /element-plus\/es\/locale\/lang\/en\./, priority: 8.5 },
        // Before the parts of Element Plus, which would take along what both use.
        { name: 'common', test: common, minShareCount: shared, priority: 8 },
        // What only lists have: the desk has no need of it. After what it is made of, which it would take along.
        { name: 'lists', test: LISTS, minShareCount: shared, priority: 7.9 },
        { name: 'icons', test: LATE_ICONS, minShareCount: shared, priority: 7.8 },
        ...together.map(([name, test]) => ({ name, test, minShareCount: 2, priority: 7.5 })),
        { name: 'element', test: CORE, minShareCount: 2, priority: 7 },
        { name: 'parts', test: PARTS, minShareCount: 2, priority: 6 },
        { name: 'ticks', test: TICKS, minShareCount: 2, priority: 5 },
        { name: 'frame', test: (id: string) => late(id) && FRAME.test(id), minShareCount: 2, priority: 5 },
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
