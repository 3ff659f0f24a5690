import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { NOT_IN_SITE, stayInside } from './links.ts'
import { packagesOfHere } from './packages.ts'
import { LOCALES } from './locales.ts'
import { indexTerms, queryTerms } from './search.ts'
import { withoutInlineScripts } from './scripts.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const outDir = at('../../../src/linli/console/static_help')

/** The manuals of `docs/manual`, and those guides of `docs/guides` that are for people who run a site, as one site. */
export default defineConfig({
  base: '/help/',
  srcDir: at('../../../docs'),
  outDir,
  cacheDir: at('../../../build/vitepress'),
  srcExclude: ['adr/**', 'releases/**', '*.md', ...NOT_IN_SITE.map((name) => `guides/${name}.*`)],
  rewrites: {
    'manual/:language/:page': ':language/:page',
    'guides/:name.zh.md': 'zh-CN/guides/:name.md',
    'guides/:name.en.md': 'en/guides/:name.md',
  },
  cleanUrls: true,
  title: 'Linli',
  locales: LOCALES,
  themeConfig: {
    i18nRouting: true,
    search: {
      provider: 'local',
      options: {
        locales: {
          'zh-CN': {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清除',
                backButtonTitle: '关闭搜索',
                noResultsText: '没有找到',
                footer: {
                  selectText: '打开',
                  selectKeyAriaLabel: '回车',
                  navigateText: '选择',
                  navigateUpKeyAriaLabel: '向上',
                  navigateDownKeyAriaLabel: '向下',
                  closeText: '关闭',
                  closeKeyAriaLabel: 'Esc',
                },
              },
            },
          },
        },
        miniSearch: {
          options: { tokenize: indexTerms },
          searchOptions: { tokenize: queryTerms, boost: { title: 6, text: 2, titles: 1 } },
        },
      },
    },
  },
  markdown: { anchor: { level: [2, 3] }, config: stayInside },
  vite: {
    build: { chunkSizeWarningLimit: 1000 },
    plugins: [packagesOfHere(fileURLToPath(import.meta.url))],
  },
  transformHtml: withoutInlineScripts(outDir, '/help/'),
})
