import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { inWords } from '@linli/shared'

const table = JSON.parse(
  readFileSync(new URL('../../../tests/domains/communities/addresses.json', import.meta.url), 'utf-8'),
) as [string, string, string][]

it.each(table)('says %s as people say it', (location, chinese, english) => {
  expect([inWords(location, 'zh-CN'), inWords(location, 'en')]).toEqual([chinese, english])
})
