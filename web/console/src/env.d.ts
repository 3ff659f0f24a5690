/// <reference types="vite/client" />
/// <reference types="./components.d.ts" />

declare module 'element-plus/es/locale/lang/*.mjs' {
  import type { Language } from 'element-plus/es/locale'
  const language: Language
  export default language
}

/** The build of the map library for pages under a strict content policy; the same parts as the usual one. */
declare module 'maplibre-gl/dist/maplibre-gl-csp' {
  import maplibregl from 'maplibre-gl'

  export default maplibregl
}

declare module 'vue-i18n/dist/vue-i18n.mjs' {
  export { createI18n } from 'vue-i18n'
}
