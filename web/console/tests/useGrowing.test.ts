import { effectScope, ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { useGrowing, useLookAgain, useResource } from '@linli/shared/phone'

const settled = () => new Promise((resolve) => setTimeout(resolve))
type Answer = (page: { total: number; data: string[] }) => void

describe('useGrowing', () => {
  it('shows the rows of what was asked last, whatever comes late', async () => {
    const wanted = ref('all')
    const answers: Record<string, Answer> = {}
    const scope = effectScope()
    const list = scope.run(() =>
      useGrowing<string>(
        (page) => new Promise((resolve) => (answers[`${wanted.value}${page}`] = resolve)),
        [wanted],
      ),
    )!
    answers.all1!({ total: 3, data: ['a'] })
    await settled()
    expect([list.rows.value, list.left.value]).toEqual([['a'], true])
    const further = list.more.run()
    answers.all2!({ total: 3, data: ['b'] })
    await further
    expect(list.rows.value).toEqual(['a', 'b'])

    const late = list.more.run()
    wanted.value = 'one'
    await settled()
    answers.one1!({ total: 1, data: ['x'] })
    await settled()
    answers.all3!({ total: 3, data: ['c'] })
    await late
    expect([list.rows.value, list.left.value]).toEqual([['x'], false])
    scope.stop()
  })

  it('begins anew when the first page is loaded again', async () => {
    const scope = effectScope()
    const list = scope.run(() => useGrowing((page) => Promise.resolve({ total: 2, data: [page] })))!
    await settled()
    await list.more.run()
    expect(list.rows.value).toEqual([1, 2])
    await list.first.reload()
    expect(list.rows.value).toEqual([1])
    scope.stop()
  })
})

describe('useLookAgain', () => {
  it('asks until nothing is waited for, and not after the page is gone', async () => {
    vi.useFakeTimers()
    let asked = 0
    const scope = effectScope()
    scope.run(() => {
      const resource = useResource(() => Promise.resolve(++asked))
      useLookAgain(resource, (count) => count < 3, 1000)
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked).toBe(3)
    scope.stop()

    asked = 0
    const other = effectScope()
    other.run(() =>
      useLookAgain(
        useResource(() => Promise.resolve(++asked)),
        () => true,
        1000,
      ),
    )
    await vi.advanceTimersByTimeAsync(1500)
    other.stop()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked).toBe(2)
    vi.useRealTimers()
  })
})
