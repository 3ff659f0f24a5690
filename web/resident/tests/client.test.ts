import { describe, expect, it } from 'vitest'
import { collect } from '@linli/phone'

describe('texts by room', () => {
  it('are named after the folder above strings', () => {
    expect(collect({ '../domains/doors/strings/en.json': { a: 'A' } })).toEqual({ doors: { a: 'A' } })
  })
})
