import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'
import { earlyFiles, fewFiles, pagesOfRoutes } from '../shared/vite/early'
import broughtAnswers from './src/app/broughtAnswers.json' with { type: 'json' }
import firstQuestions from './src/app/firstQuestions.json' with { type: 'json' }
import { DAILY, roomsOf } from './src/i18n/firstViews'
import { lightParts, withLanguage } from '../shared/vite/light'
import { singleIcons } from '../shared/vite/icons'
import { packedAssets } from '../shared/vite/packed'
import { textsAsStrings } from '../shared/vite/texts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const TOGETHER: [string, RegExp][] = [
  [
    'frame-parts',
    /\/src\/app\/(QuietSwitches|BrandMark|ManualLink|useWaiting|navigation|useUndo|useFolds|OpenPage|theme)/,
  ],
  ['links', /\/src\/domains\/(hubs\/\w+Link|doors\/(DoorLink|useOutages|usePasses))/],
  ['people', /\/src\/domains\/(usergroups\/useUserGroups|people\/useResidents)/],
  ['desk', /\/src\/domains\/overview\/(FirstSteps|LivePasses|useOverview|FigureRow|useFigures)/],
  ['alarms', /\/src\/domains\/doors\/(AlarmStrip|useAlarms|useAlarmSound)/],
]
const firstPages = pagesOfRoutes(here('./src'))

/** The files of the texts that a path's first view needs beyond those of every page. */
function textsOf(path: string | null, language: string): string[] {
  const rooms = path === null ? undefined : roomsOf(path)
  const all = [...new Set(['faces', ...Object.values(DAILY).flat()])]
  const files = (rooms ?? all).map((room) => `/src/domains/${room}/strings/${language}.json`)
  return rooms ? files : [...files, `/src/i18n/${language}.more.ts`]
}

export default defineConfig({
  plugins: [
    vue(),
    textsAsStrings(),
    singleIcons(),
    packedAssets(),
    // Element Plus on demand: each page carries only the components it draws.
    Components({
      dirs: [],
      dts: 'src/components.d.ts',
      resolvers: [lightParts(), ...withLanguage(ElementPlusResolver({ importStyle: 'css' }))],
    }),
    earlyFiles({
      inside: ['/src/app/Shell.vue'],
      paths: {
        ...firstPages,
        '/': firstPages['/overview']!,
        '/login': ['/src/app/LoginPage.vue'],
        '/setup': ['/src/app/SetupPage.vue'],
        '/register': ['/src/domains/entry/RegisterPage.vue'],
        '/set-password': ['/src/app/SetPasswordPage.vue'],
        '/password': ['/src/app/PasswordDuePage.vue'],
      },
      served: {
        script: here('./early.js'),
        questions: { '/': firstQuestions['/overview'], ...firstQuestions },
        brought: { '/': broughtAnswers['/overview'], ...broughtAnswers },
        texts: textsOf,
      },
    }),
  ],
  resolve: {
    alias: [
      { find: '@', replacement: here('./src') },
      { find: /^vue-i18n$/, replacement: here('../shared/src/texts.ts') },
    ],
  },
  build: {
    outDir: here('../../src/linli/console/static'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 400,
    rolldownOptions: { output: fewFiles(8, false, TOGETHER) },
  },
  define: {
    __VUE_OPTIONS_API__: 'true',
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
