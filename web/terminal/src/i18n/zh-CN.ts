import phone from '@linli/phone/strings/zh-CN.json'
import { collect } from '@linli/phone'

const own = import.meta.glob<Record<string, unknown>>(
  ['../app/strings/zh-CN.json', '../domains/*/strings/zh-CN.json'],
  { eager: true, import: 'default' },
)

export default { messages: { phone, ...collect(own) }, vant: {} }
