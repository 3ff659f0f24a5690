import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'

const INLINE = /<script\b(?![^>]*\bsrc=)([^>]*)>([^]*?)<\/script>/g

/** The platform's pages may run no script that stands in a page: each becomes a file beside the others. */
export function withoutInlineScripts(outDir: string, base: string) {
  return (html: string): string =>
    html.replace(INLINE, (_, attributes: string, code: string) => {
      const name = `inline.${createHash('sha256').update(code).digest('hex').slice(0, 10)}.js`
      mkdirSync(`${outDir}/assets`, { recursive: true })
      if (!existsSync(`${outDir}/assets/${name}`)) writeFileSync(`${outDir}/assets/${name}`, code)
      return `<script${attributes} src="${base}assets/${name}"></script>`
    })
}
