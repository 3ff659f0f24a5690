import { provideTexts, start } from '@linli/phone'
import App from './app/App.vue'
import { router } from './app/router'

provideTexts({ 'zh-CN': () => import('./i18n/zh-CN'), en: () => import('./i18n/en') })
void start(App, router)
