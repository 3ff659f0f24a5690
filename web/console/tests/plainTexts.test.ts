import { createI18n } from 'vue-i18n'
import { computed } from 'vue'
import { describe, expect, it } from 'vitest'
import { answerPlainTexts } from '@linli/shared'

const messages = {
  en: { door: { one: 'Door', many: '{count} doors', at: "{'@'} home", same: '@:door.one' } },
  zh: { door: { one: '门', many: '{count} 扇门', at: "{'@'} 家", same: '@:door.one' } },
}

describe('texts without parts', () => {
  it('are the same as the library gives, and follow the language', () => {
    const make = () =>
      createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', missingWarn: false, messages }).global
    const usual = make()
    const quick = make()
    answerPlainTexts(quick)
    const shown = computed(() => quick.t('door.one'))
    for (const locale of ['en', 'zh', 'en'] as const) {
      usual.locale.value = quick.locale.value = locale
      expect(shown.value).toBe(messages[locale].door.one)
      for (const key of ['door.one', 'door.at', 'door.same', 'door.none', 'door'])
        expect(quick.t(key)).toBe(usual.t(key))
      expect(quick.t('door.many', { count: 3 })).toBe(usual.t('door.many', { count: 3 }))
    }
  })
})
