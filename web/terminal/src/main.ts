import '@linli/shared/theme/tokens.css'
import '@linli/shared/theme/base.css'
import './app/terminal.css'
import { createApp } from 'vue'
import { i18n, provideTexts, setLanguage, startWorker, storedLanguage } from '@linli/phone'
import App from './app/App.vue'
import { followNight } from './app/useNight'

provideTexts({ 'zh-CN': () => import('./i18n/zh-CN'), en: () => import('./i18n/en') })
followNight()
void setLanguage(storedLanguage()).then(() => {
  createApp(App).use(i18n).mount('#app')
  void startWorker(import.meta.env.BASE_URL)
})
