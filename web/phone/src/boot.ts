import '@linli/shared/theme/tokens.css'
import '@linli/shared/theme/base.css'
import 'vant/es/style/base.css'
import './theme/phone.css'
import { createApp, type Component } from 'vue'
import type { Router } from 'vue-router'
import { i18n, setLanguage, storedLanguage } from './i18n'
import { applyTheme } from './looks'
import { startWorker } from './worker'

/** Vant's fields swallow Enter outside of its own forms; ours are plain ones, and the keyboard's "go" must send them. */
function submitByEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement && event.target.form)
    event.stopPropagation()
}

/** Start a phone app: its texts, its first page and who is there are asked for at once. The worker comes last. */
export async function start(app: Component, router: Router): Promise<void> {
  applyTheme()
  const texts = setLanguage(storedLanguage())
  const page = createApp(app).use(i18n).use(router)
  document.addEventListener('keypress', submitByEnter, { capture: true })
  await texts
  page.mount('#app')
  const idle = window.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 300))
  idle(() => void startWorker(import.meta.env.BASE_URL))
}
