import { effectScope, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { ApiProblem, useAction, useResource } from '@linli/shared'

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
