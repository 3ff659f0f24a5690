export { start } from './boot'
export {
  i18n,
  collect,
  currentLanguage,
  LANGUAGES,
  provideTexts,
  setLanguage,
  storedLanguage,
  type Language,
} from './i18n'
export { setTheme, theme, THEMES, type Theme } from './looks'
export { answer, phoneClient, seenMs } from './client'
export { phoneRouter, type PhoneSession } from './router'
export { forgetSeen, secure, startWorker, takeUpdate, updateReady } from './worker'
export { confirmed, notify } from './confirm'
export { usePush, type PushCalls, type PushState } from './push'
export { default as PhonePage } from './components/PhonePage.vue'
export { default as LoadState } from './components/LoadState.vue'
export { default as MoreRows } from './components/MoreRows.vue'
export { default as ProblemCard } from './components/ProblemCard.vue'
export { default as EmptyCard } from './components/EmptyCard.vue'
export { default as StateMark } from './components/StateMark.vue'
export { QrPicture } from '@linli/shared/qr'
export { default as TabBar } from './components/TabBar.vue'
export { default as TopBars } from './components/TopBars.vue'
export { default as CodeSignIn } from './components/CodeSignIn.vue'
export { default as PushSwitch } from './components/PushSwitch.vue'
export { default as NewsChoices } from './components/NewsChoices.vue'
export { default as LooksCard } from './components/LooksCard.vue'
export { default as BottomSheet } from './components/BottomSheet.vue'
export { default as CommunityChoice } from './components/CommunityChoice.vue'
export { default as ChoiceBar } from './components/ChoiceBar.vue'
export { default as SearchLine } from './components/SearchLine.vue'
export { default as FactList } from './components/FactList.vue'
export { default as SubmitLine } from './components/SubmitLine.vue'
export { default as ReasonForm } from './components/ReasonForm.vue'
export { default as FaceCard } from './components/FaceCard.vue'
export type { FaceCalls, FaceWish } from './face'
