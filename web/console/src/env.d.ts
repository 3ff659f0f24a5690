/// <reference types="vite/client" />
/// <reference types="./components.d.ts" />

declare module 'element-plus/es/locale/lang/*.mjs' {
  import type { Language } from 'element-plus/es/locale'
  const language: Language
  export default language
}
