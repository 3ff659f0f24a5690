import '@linli/shared/theme/tokens.css'
import '@linli/shared/theme/base.css'
import 'vant/es/style/base.css'
import './theme/phone.css'
import { createApp, type Component } from 'vue'
import type { Router } from 'vue-router'
import { i18n, setLanguage, storedLanguage } from './i18n'
import { applyTheme } from './looks'
import { startWorker } from './worker'

/** Start a phone app. The worker comes last: it must not slow the first page. */
export async function start(app: Component, router: Router): Promise<void> {
  applyTheme()
  await setLanguage(storedLanguage())
  createApp(app).use(i18n).use(router).mount('#app')
  const idle = window.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 300))
  idle(() => void startWorker(import.meta.env.BASE_URL))
}
