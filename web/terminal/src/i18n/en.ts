import phone from '@linli/phone/strings/en.json'
import { collect } from '@linli/phone'

const own = import.meta.glob<Record<string, unknown>>(
  ['../app/strings/en.json', '../domains/*/strings/en.json'],
  { eager: true, import: 'default' },
)

export default { messages: { phone, ...collect(own) }, vant: {} }
