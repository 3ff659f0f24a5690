import { mount } from '@vue/test-utils'
import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import { ApiProblem, ProblemNotice } from '@linli/shared'

const i18n = createI18n({ legacy: false, locale: 'zh-CN', missingWarn: false, fallbackWarn: false })
const wordsOf = (message: string, field: string | null, names?: Record<string, string>) =>
  mount(ProblemNotice, {
    props: { problem: new ApiProblem('bad_input', message, 400, field), names },
    global: { plugins: [i18n] },
  })
    .get('p')
    .text()

describe('a refusal of a field', () => {
  it('appears by the word of the form', () => {
    expect(wordsOf('days：不能小于 1', 'days', { days: '保留天数' })).toBe('保留天数：不能小于 1')
    expect(wordsOf('days: must be at least 1', 'days', { days: 'Days' })).toBe('Days: must be at least 1')
  })

  it('appears so where the field stands in a list', () => {
    expect(
      wordsOf('permList[0].plateNumber：应为车牌号', 'permList[0].plateNumber', { plateNumber: '车牌' }),
    ).toBe('车牌：应为车牌号')
  })

  it('stays as it came where the form has no word, or the words do not begin with the field', () => {
    expect(wordsOf('days：不能小于 1', 'days')).toBe('days：不能小于 1')
    expect(wordsOf('该车已在场', 'plate', { plate: '车牌' })).toBe('该车已在场')
    expect(wordsOf('plates are odd', 'plate', { plate: '车牌' })).toBe('plates are odd')
  })
})
