import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DefaultTheme, LocaleConfig } from 'vitepress'

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url))
const LANGUAGES = ['zh-CN', 'en'] as const
type Language = (typeof LANGUAGES)[number]

/** Pages by who reads them, in the order of the list at the left. */
const GROUPS: { text: Record<Language, string>; pages: string[] }[] = [
  {
    text: { 'zh-CN': '物业', en: 'Property staff' },
    pages: ['first-day', 'desk', 'houses', 'doors', 'faces', 'visitors', 'notices', 'staff'],
  },
  { text: { 'zh-CN': '门岗', en: 'Guards' }, pages: ['guard'] },
  { text: { 'zh-CN': '住户', en: 'Residents' }, pages: ['resident'] },
  { text: { 'zh-CN': '安装', en: 'Installers' }, pages: ['installer', 'devices'] },
  { text: { 'zh-CN': '集成', en: 'Integrators' }, pages: ['integrator'] },
  { text: { 'zh-CN': '平台运营', en: 'Operators' }, pages: ['operator'] },
  { text: { 'zh-CN': '大家', en: 'Everybody' }, pages: ['account'] },
]
const GUIDES: { text: Record<Language, string>; pages: string[] } = {
  text: { 'zh-CN': '技术手册', en: 'Technical guides' },
  pages: [
    'operations',
    'security',
    'scale-out',
    'object-store',
    'sign-in',
    'limits',
    'edge',
    'edge-box',
    'remote-work',
    'sip-phones',
    'video',
    'parking-at-the-edge',
    'lifts-on-modbus',
    'robots-in-lifts',
    'drivers',
    'jieshun',
    'devices',
    'devices-on-tls',
    'pins',
    'faces',
    'faces-on-doors',
    'plates',
    'subscriptions',
    'service-bus',
  ],
}

/** The first heading, which is what the list calls the page. */
function title(file: string): string {
  const heading = /^# (.+?)(?:\s*\{#.*\})?$/m.exec(readFileSync(file, 'utf8'))
  if (!heading) throw new Error(`${file} has no heading`)
  return heading[1]!
}

function sidebar(language: Language): DefaultTheme.SidebarItem[] {
  const short = language === 'en' ? 'en' : 'zh'
  const group = (pages: string[], file: (page: string) => string, base: string) =>
    pages
      .filter((page) => existsSync(file(page)))
      .map((page) => ({ text: title(file(page)), link: `${base}${page}` }))
  return [
    ...GROUPS.map(({ text, pages }) => ({
      text: text[language],
      items: group(pages, (page) => `${DOCS}/manual/${language}/${page}.md`, `/${language}/`),
    })),
    {
      text: GUIDES.text[language],
      collapsed: true,
      items: group(GUIDES.pages, (page) => `${DOCS}/guides/${page}.${short}.md`, `/${language}/guides/`),
    },
  ]
}

const WORDS: Record<Language, DefaultTheme.Config> = {
  'zh-CN': {
    outline: { level: [2, 3], label: '本页内容' },
    docFooter: { prev: '上一页', next: '下一页' },
    darkModeSwitchLabel: '外观',
    lightModeSwitchTitle: '浅色',
    darkModeSwitchTitle: '深色',
    sidebarMenuLabel: '目录',
    returnToTopLabel: '回到顶部',
    langMenuLabel: '语言',
    skipToContentLabel: '跳到正文',
    notFound: {
      title: '没有这一页',
      quote: '地址可能写错了，或这一页已改名。请从首页找，或用上方的搜索。',
      linkLabel: '手册首页',
      linkText: '手册首页',
    },
  },
  en: {
    outline: { level: [2, 3], label: 'On this page' },
    notFound: {
      title: 'There is no such page',
      quote:
        'The address may be misspelt, or the page has another name now. Start from the first page, or search.',
      linkLabel: 'The manual’s first page',
      linkText: 'The manual’s first page',
    },
  },
}

const NAMES: Record<Language, { label: string; title: string; description: string }> = {
  'zh-CN': { label: '中文', title: '邻里使用手册', description: '按工作查找：怎么做，以及做不成时怎么办。' },
  en: {
    label: 'English',
    title: 'Linli manual',
    description: 'By job: how it is done, and what to do when it fails.',
  },
}

export const LOCALES: LocaleConfig<DefaultTheme.Config> = Object.fromEntries(
  LANGUAGES.map((language) => [
    language,
    {
      ...NAMES[language],
      lang: language,
      link: `/${language}/`,
      themeConfig: {
        ...WORDS[language],
        siteTitle: NAMES[language].title,
        sidebar: sidebar(language),
      },
    },
  ]),
)
