import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { inWords } from '@linli/shared'

// vitest runs in web/console.
const table = JSON.parse(readFileSync('../../tests/domains/communities/addresses.json', 'utf-8')) as [
  string,
  string,
  string,
][]

it.each(table)('says %s as people say it', (location, chinese, english) => {
  expect([inWords(location, 'zh-CN'), inWords(location, 'en')]).toEqual([chinese, english])
})
