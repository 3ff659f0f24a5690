import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'
import { earlyFiles, fewFiles, pagesOfRoutes } from '../shared/vite/early'
import { lightParts } from '../shared/vite/light'
import { packedAssets } from '../shared/vite/packed'
import { textsAsStrings } from '../shared/vite/texts'

export default defineConfig({
  plugins: [
    vue(),
    textsAsStrings(),
    packedAssets(),
    // Element Plus on demand: each page carries only the components it draws.
    Components({
      dirs: [],
      dts: 'src/components.d.ts',
      resolvers: [lightParts(), ElementPlusResolver({ importStyle: 'css' })],
    }),
    earlyFiles({
      inside: ['/src/app/Shell.vue'],
      more: {
        'zh-CN.desk': ['/src/i18n/zh-CN.desk.ts'],
        'zh-CN.more': ['/src/i18n/zh-CN.more.ts'],
        'en.desk': ['/src/i18n/en.desk.ts'],
        'en.more': ['/src/i18n/en.more.ts'],
      },
      paths: pagesOfRoutes(fileURLToPath(new URL('./src', import.meta.url))),
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: fileURLToPath(new URL('../../src/linli/console/static', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 400,
    rolldownOptions: { output: fewFiles(8) },
  },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  server: {
    port: 5173,
    proxy: {
      '/api': { target: 'http://127.0.0.1:8080', ws: true },
      '/files': { target: 'http://127.0.0.1:8080' },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    isolate: false, // a new page and all modules anew for each file take ten times as long as the tests
    server: { deps: { inline: ['element-plus'] } },
  },
})
