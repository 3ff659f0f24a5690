import { beforeEach, describe, expect, it } from 'vitest'
import { useSession, type Me } from '@/app/useSession'
import { draftKey, emptyDraft, keepDraft, keptDraft } from '@/app/noticeDraft'

const somebody = { accountId: '7', rights: [] as string[] } as unknown as Me

describe('what the browser keeps of a session', () => {
  beforeEach(() => localStorage.clear())

  it('loses the drafts of notices when nobody is signed in any more', () => {
    const keys = [draftKey('1001', ''), draftKey('1002', '55')]
    useSession().set(somebody)
    for (const key of keys) keepDraft(key, { ...emptyDraft(), title: 'Water off at 9' })
    localStorage.setItem('linli.theme', 'dark')
    expect(keys.map((key) => keptDraft(key)?.title)).toEqual(['Water off at 9', 'Water off at 9'])
    useSession().set(null)
    expect(keys.map((key) => keptDraft(key))).toEqual([null, null])
    expect(localStorage.length).toBe(1)
    expect(localStorage.getItem('linli.theme')).toBe('dark')
  })
})
