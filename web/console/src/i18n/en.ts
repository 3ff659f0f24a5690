import element from 'element-plus/es/locale/lang/en.mjs'
import { collect, withTitles } from '@linli/shared'
import shared from '@linli/shared/strings/en.json'

const own = import.meta.glob<Record<string, unknown>>(
  ['../app/strings/en.json', '../domains/{entry,hubs}/strings/en.json'],
  { eager: true, import: 'default' },
)
/** Of the other rooms what the navigation names them by; a build cuts it out (`textsAsStrings`). */
const titles = import.meta.glob<Record<string, unknown>>('../domains/*/strings/en.json', {
  eager: true,
  import: 'default',
  query: '?titles',
})

/** Texts that every page needs, and signing in needs alone. */
export default { messages: { shared, ...withTitles(collect(own), collect(titles)) }, element }
