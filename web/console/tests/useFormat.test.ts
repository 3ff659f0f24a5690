import { createI18n } from 'vue-i18n'
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { useFormat } from '@linli/shared'

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone
const TIMES = Array.from({ length: 12 }, (_, month) =>
  new Date(2026, month, month + 1, month * 2, 5, 9).getTime(),
)

/** What pages write, without a zone of a community and with this machine's own. */
function formats(locale: string) {
  let formats: ReturnType<typeof useFormat>[] = []
  const i18n = createI18n({ legacy: false, locale, messages: { [locale]: {} } })
  mount(
    { setup: () => ((formats = [useFormat(), useFormat(ZONE)]), () => null) },
    { global: { plugins: [i18n] } },
  )
  return formats as [ReturnType<typeof useFormat>, ReturnType<typeof useFormat>]
}

describe.each(['en', 'zh-CN'])('dates and numbers in %s', (locale) => {
  it('are written by us as the browser writes them', () => {
    const [ours, browser] = formats(locale)
    for (const at of TIMES)
      for (const style of ['day', 'clock', 'dateTime'] as const)
        expect(ours[style](at)).toBe(browser[style](at))
    for (const count of [0, 7, 999, 1000, -1234, 1234567, 2.5, 1234.5678])
      expect(ours.number(count)).toBe(new Intl.NumberFormat(locale).format(count))
  })
})
