import { expect, it } from 'vitest'
import { asCsv } from '@linli/shared'

it('quotes what must be quoted and runs no formula', () => {
  expect(asCsv([['a,b', 'say "hi"', '=1+1', '-3.5', '两\n行']])).toBe(
    '"a,b","say ""hi""",\'=1+1,-3.5,"两\n行"\r\n',
  )
})
