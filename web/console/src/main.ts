import '@linli/shared/theme/tokens.css'
import '@linli/shared/theme/base.css'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/el-icon.css'
import '@linli/shared/theme/element.css'
import { computed, createApp } from 'vue'
import App from './app/App.vue'
import { keepChosenTabInSight } from './app/chosenTab'
import { letFieldsBeHeard } from './app/heardFields'
import { leaveChecksToThePage } from './app/ownChecks'
import { router } from './app/router'
import { applyTheme } from './app/theme'
import { whenQuiet } from '@linli/shared'
import { configureElement } from '@linli/shared/light'
import { allTexts, elementLanguage, i18n, setLanguage, storedLanguage } from './i18n'

applyTheme()
leaveChecksToThePage()
// Texts, the first page and who is there are asked for at once.
const texts = setLanguage(storedLanguage())
const app = createApp(App).use(i18n)
configureElement(
  app,
  computed(() => ({ locale: elementLanguage.value, button: { autoInsertSpace: false } })),
)
letFieldsBeHeard(app)
keepChosenTabInSight(app)
app.use(router)
await texts
app.mount('#app')
void router
  .isReady()
  .then(whenQuiet)
  .then(allTexts)
  .catch(() => undefined) // asked for again by the next page
