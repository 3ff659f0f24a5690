import type { Plugin } from 'vite'

/** Texts reach the browser as one string a file, which it reads several times faster than a script that says the same. */
export function textsAsStrings(): Plugin {
  return {
    name: 'linli-texts',
    enforce: 'pre',
    apply: 'build',
    transform(code, id) {
      const file = /\/strings\/[\w-]+\.json(\?titles)?$/.exec(id)
      if (!file) return undefined
      const texts = JSON.parse(code)
      const text = JSON.stringify(JSON.stringify(file[1] ? titlesOf(texts) : texts))
      return { code: `export default JSON.parse(${text})`, map: null, moduleType: 'js' }
    },
  }
}

/** The texts that name a page, at any depth. */
function titlesOf(texts: Record<string, unknown>): Record<string, unknown> {
  const titles: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') {
      if (key === 'title') titles[key] = value
      continue
    }
    const inner = titlesOf(value as Record<string, unknown>)
    if (Object.keys(inner).length) titles[key] = inner
  }
  return titles
}
