import element from 'element-plus/es/locale/lang/zh-cn.mjs'
import { collect } from './collect'
import shared from '@linli/shared/strings/zh-CN.json'

const own = import.meta.glob<Record<string, unknown>>(
  ['../app/strings/zh-CN.json', '../domains/*/strings/zh-CN.json'],
  {
    eager: true,
    import: 'default',
  },
)

export default { messages: { shared, ...collect(own) }, element }
