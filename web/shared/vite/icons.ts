import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Plugin } from 'vite'

const LIBRARY = '@element-plus/icons-vue'
const SINGLE = `${LIBRARY}/one/`
const IMPORT = /import\s*\{([^}]*)\}\s*from\s*["']@element-plus\/icons-vue["'];?/g

/**
 * Each icon of the library is a module of its own: as one module, the icons of all pages would come with the first view
 * of each.
 */
export function singleIcons(): Plugin {
  let icons: Map<string, string> | null = null
  return {
    name: 'linli-single-icons',
    apply: 'build',
    enforce: 'post',
    transform(code) {
      if (!code.includes(LIBRARY)) return undefined
      const single = code.replace(IMPORT, (_all, names: string) =>
        names
          .split(',')
          .map((name) => name.trim().split(/\s+as\s+/))
          .filter(([name]) => name)
          .map(([name, local]) => `import ${local ?? name} from '${SINGLE}${name}';`)
          .join(''),
      )
      return single === code ? undefined : { code: single, map: null }
    },
    resolveId: (id) => (id.startsWith(SINGLE) ? id : undefined),
    load(id) {
      if (!id.startsWith(SINGLE)) return undefined
      icons ??= iconsOf(
        readFileSync(
          createRequire(import.meta.url)
            .resolve(LIBRARY)
            .replace(/\.cjs$/, '.js'),
          'utf8',
        ),
      )
      const icon = icons.get(id.slice(SINGLE.length))
      if (!icon) this.error(`no icon ${id}`)
      return { code: icon, moduleSideEffects: false }
    },
  }
}

/** Name → module: the library's file is one after another of them, and their names at its end. */
function iconsOf(library: string): Map<string, string> {
  const [body, names] = library.split(/\nexport \{/)
  const nameOf = new Map(
    [...(names ?? '').matchAll(/(\w+) as (\w+)/g)].map(([, variable, name]) => [variable!, name!]),
  )
  const parts = body!.split(/\n\/\/ src\/components\//).slice(1)
  const icons = parts.flatMap((part): [string, string][] => {
    const code = part.slice(part.indexOf('\n') + 1)
    const variable = /, (\w+) = _sfc_main\d*;/.exec(code)?.[1]
    const name = variable && nameOf.get(variable)
    return name ? [[name, `${code}\nexport default ${variable}`]] : []
  })
  if (icons.length < nameOf.size) throw new Error(`${LIBRARY} is written in another way`)
  return new Map(icons)
}
