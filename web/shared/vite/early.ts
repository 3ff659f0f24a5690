import type { Plugin, Rolldown } from 'vite'

type Chunk = Rolldown.OutputChunk & { viteMetadata?: { importedCss?: Set<string> } }

export interface FirstPages {
  /** Ends of the modules that every page of somebody signed in is drawn with. */
  inside?: string[]
  /** The same for single paths. */
  paths?: Record<string, string[]>
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
        const chunks = Object.values(bundle ?? {}).filter((one): one is Chunk => one.type === 'chunk')
        const there = new Set(entry ? withImports(chunks, entry as Chunk) : [])
        const files = (ends: string[]) => {
          const found = chunks.filter((one) => ends.some((end) => one.facadeModuleId?.endsWith(end)))
          if (found.length < ends.length) throw new Error(`no chunk for one of ${ends.join(', ')}`)
          const wanted = found.flatMap((one) => withImports(chunks, one))
          return [...new Set(wanted)].filter((one) => !there.has(one)).map((one) => base + one)
        }
        const told = {
          'zh-CN': files(['/src/i18n/zh-CN.ts']),
          en: files(['/src/i18n/en.ts']),
          inside: files(first.inside ?? []),
          paths: Object.fromEntries(
            Object.entries(first.paths ?? {}).map(([path, ends]) => [path, files(ends)]),
          ),
        }
        return [
          {
            tag: 'meta',
            attrs: { name: 'linli-early', content: JSON.stringify(told) },
            injectTo: 'head-prepend',
          },
        ]
      },
    },
  }
}

/** The files of a chunk and of all that it imports. */
function withImports(chunks: Chunk[], chunk: Chunk, seen = new Set<string>()): string[] {
  if (seen.has(chunk.fileName)) return []
  seen.add(chunk.fileName)
  const below = chunk.imports.flatMap((name) => {
    const next = chunks.find((one) => one.fileName === name)
    return next ? withImports(chunks, next, seen) : []
  })
  return [chunk.fileName, ...(chunk.viteMetadata?.importedCss ?? []), ...below]
}

/** Vue and its companions in one file; what many pages draw with in a second: a page then needs few files. */
export function fewFiles(shared: number) {
  return {
    codeSplitting: {
      groups: [
        { name: 'vue', test: /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify)\//, priority: 2 },
        { name: 'common', minShareCount: shared, priority: 1 },
      ],
    },
  }
}
