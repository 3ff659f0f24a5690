import { describe, expect, it } from 'vitest'
import { cutAt, placeOf, visible } from '@/domains/integrations/stringDiff'

describe('the first byte that differs', () => {
  it('cuts at a byte, not at a character', () => {
    expect(cutAt('邻里x', 6)).toEqual(['邻里', 'x', ''])
    expect(cutAt('邻里x', 4)).toEqual(['邻', '里', 'x'])
    expect(cutAt('ab', 2)).toEqual(['ab', '', ''])
  })

  it('is told by line and column', () => {
    expect(placeOf('POST\napplication/')).toEqual({ line: 2, column: 13 })
    expect(placeOf('')).toEqual({ line: 1, column: 1 })
  })

  it('shows what hides', () => {
    expect(visible('a\r\n\tb')).toBe('a␍↵\n⇥b')
  })
})
