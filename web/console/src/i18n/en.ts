import element from 'element-plus/es/locale/lang/en.mjs'
import { collect } from './collect'
import shared from '@linli/shared/strings/en.json'

const own = import.meta.glob<Record<string, unknown>>(
  ['../app/strings/en.json', '../domains/*/strings/en.json'],
  {
    eager: true,
    import: 'default',
  },
)

export default { messages: { shared, ...collect(own) }, element }
