import type { MarkdownRenderer } from 'vitepress'

const GUIDE = /^(?:(?:\.\.\/)+guides\/)?([\w-]+)\.(zh|en)\.md(#.*)?$/
const MANUAL = /^(?:[\w-]+\.md)?(?:#.*)?$/
const LANGUAGES: Record<string, string> = { zh: 'zh-CN', en: 'en' }

/** Guides that the site leaves out: they are for those who change the platform. */
export const NOT_IN_SITE = ['asvs', 'feature']

/**
 * Where a link of a manual or a guide leads on the site; an empty text: to a file of the working copy, such as a decision,
 * which the site does not hold.
 */
function inSite(target: string): string {
  const [, name, language, anchor] = GUIDE.exec(target) ?? []
  if (name) return NOT_IN_SITE.includes(name) ? '' : `/${LANGUAGES[language!]}/guides/${name}${anchor ?? ''}`
  return /^https?:/.test(target) || MANUAL.test(target) ? target : ''
}

/** Links as the files have them, for whoever reads those, lead to pages of the site; where it has none, the words stay. */
export function stayInside(md: MarkdownRenderer): void {
  md.core.ruler.push('stay-inside', (state) => {
    for (const block of state.tokens) {
      let leaving = false
      for (const token of block.children ?? []) {
        if (token.type === 'link_open') {
          const target = inSite(String(token.attrGet('href')))
          leaving = !target
          if (target) token.attrSet('href', target)
        }
        if (!leaving || !/^link_(open|close)$/.test(token.type)) continue
        if (token.type === 'link_close') leaving = false
        Object.assign(token, { type: 'text', tag: '', content: '', nesting: 0 })
      }
    }
  })
}
