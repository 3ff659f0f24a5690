import type { Plugin } from 'vite'

/** The texts stand outside of `web`, where Node finds no packages: what they import is found as if `here` imported it. */
export function packagesOfHere(here: string): Plugin {
  return {
    name: 'linli-packages-of-here',
    enforce: 'pre',
    resolveId(id, importer, options) {
      if (!/^vue(\/|$)/.test(id) || !importer?.endsWith('.md')) return undefined
      return this.resolve(id, here, { ...options, skipSelf: true })
    },
  }
}
