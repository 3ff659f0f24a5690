import { effectScope, ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { ApiProblem, useAction, useResource } from '@linli/shared'
import { recalled } from '@linli/shared/phone'

const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('useResource', () => {
  it('lets only the newest request write its answer', async () => {
    const wanted = ref('slow')
    const answers: Record<string, (value: string) => void> = {}
    const scope = effectScope()
    const resource = scope.run(() =>
      useResource(() => new Promise<string>((resolve) => (answers[wanted.value] = resolve)), [wanted]),
    )!
    wanted.value = 'fast'
    await settled()
    answers.fast!('new')
    await settled()
    answers.slow!('old')
    await settled()
    expect(resource.data.value).toBe('new')
    expect(resource.loading.value).toBe(false)
    scope.stop()
  })

  it('keeps the last answer on the screen when a reload fails', async () => {
    let fail = false
    const scope = effectScope()
    const resource = scope.run(() =>
      useResource(() => (fail ? Promise.reject(new ApiProblem('x', 'words', 503)) : Promise.resolve(1))),
    )!
    await settled()
    fail = true
    await resource.reload()
    expect(resource.data.value).toBe(1)
    expect(resource.problem.value?.message).toBe('words')
    scope.stop()
  })
})

describe('useResource without an answer', () => {
  const gone = new ApiProblem('browser.unreachable', 'nobody there', 0)

  it('asks again by itself, and shows no loading meanwhile', async () => {
    vi.useFakeTimers()
    let asked = 0
    const scope = effectScope()
    const resource = scope.run(() =>
      useResource(() => (++asked < 3 ? Promise.reject(gone) : Promise.resolve(1))),
    )!
    await vi.advanceTimersByTimeAsync(0)
    expect(resource.problem.value).toBe(gone)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(resource.loading.value).toBe(false)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(resource.data.value).toBe(1)
    expect(resource.problem.value).toBe(null)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(3)
    scope.stop()
    vi.useRealTimers()
  })

  it('asks at once when there is a network again, and no more when the page was left', async () => {
    let asked = 0
    const scope = effectScope()
    scope.run(() => useResource(() => (asked++ ? Promise.resolve(asked) : Promise.reject(gone))))
    await settled()
    window.dispatchEvent(new Event('online'))
    expect(asked).toBe(2)
    await settled()
    window.dispatchEvent(new Event('online'))
    expect(asked).toBe(2) // it has its answer
    scope.stop()
    const other = effectScope()
    other.run(() => useResource(() => (asked++, Promise.reject(gone))))
    await settled()
    other.stop()
    window.dispatchEvent(new Event('online'))
    expect(asked).toBe(3)
  })

  it('asks again what came from memory', async () => {
    let asked = 0
    const scope = effectScope()
    scope.run(() => useResource(() => (asked++ || recalled(), Promise.resolve(asked))))
    await settled()
    window.dispatchEvent(new Event('online'))
    expect(asked).toBe(2)
    scope.stop()
  })
})

describe('useAction', () => {
  it('runs once at a time and keeps the refusal', async () => {
    let calls = 0
    const { run, busy, problem } = useAction(async () => {
      calls += 1
      throw new ApiProblem('taken', 'already there', 409)
    })
    const first = run()
    expect(busy.value).toBe(true)
    await Promise.all([first, run()])
    expect(calls).toBe(1)
    expect(problem.value?.code).toBe('taken')
  })
})
