import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { VantResolver } from 'unplugin-vue-components/resolvers'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { earlyFiles, fewFiles } from '../../shared/vite/early.ts'

export interface PhoneApp {
  /** Its workspace, and the end of the folder that the platform serves it from. */
  app: 'resident' | 'staff' | 'terminal'
  /** Where it is served, with a slash at both ends. */
  base: string
  /** End of the module of its first page. */
  home: string
}

/**
 * The service worker with the list of what was built: the pages open without a network, and a new build is told from
 * the one that is open.
 */
function serviceWorker({ app, base }: PhoneApp): Plugin {
  return {
    name: 'linli-service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      const built = Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name))
      const version = createHash('sha256').update(built.sort().join('\n')).digest('hex').slice(0, 12)
      const files = ['', 'early.js', 'mark.svg', 'manifest.webmanifest', ...built].map((name) => base + name)
      const source = readFileSync(fileURLToPath(new URL('./worker.js', import.meta.url)), 'utf8')
        .replace('__APP__', JSON.stringify(app))
        .replace('__VERSION__', JSON.stringify(version))
        .replace('__BASE__', JSON.stringify(base))
        .replace('__FILES__', JSON.stringify(files))
      this.emitFile({ type: 'asset', fileName: 'sw.js', source })
    },
  }
}

/** Vant's icons are a font of 40 kB inside its style sheets. The pages draw their own few as SVG. */
function withoutIconFont(): Plugin {
  const EMPTY = '\0no-icon-font.css'
  return {
    name: 'linli-without-icon-font',
    enforce: 'pre',
    resolveId: (source, importer) =>
      /icon\/index\.css$/.test(source) && importer?.includes('/vant/') ? EMPTY : undefined,
    load: (id) => (id === EMPTY ? '' : undefined),
  }
}

/** How both phone apps are built: Vant on demand, a service worker, and the folder that the platform serves. */
export function phoneApp(which: PhoneApp) {
  const here = fileURLToPath(new URL(`../../${which.app}/`, import.meta.url))
  return defineConfig({
    base: which.base,
    plugins: [
      vue(),
      Components({ dirs: [], dts: 'src/components.d.ts', resolvers: [VantResolver()] }),
      withoutIconFont(),
      earlyFiles({ paths: { [which.base]: [which.home] } }),
      serviceWorker(which),
    ],
    resolve: { alias: { '@': `${here}src` } },
    build: {
      outDir: fileURLToPath(new URL(`../../../src/linli/console/static_${which.app}`, import.meta.url)),
      emptyOutDir: true,
      target: 'es2022',
      rolldownOptions: { output: fewFiles(4) },
    },
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      __VUE_I18N_LEGACY_API__: 'false',
      __VUE_I18N_FULL_INSTALL__: 'false',
      __INTLIFY_PROD_DEVTOOLS__: 'false',
    },
    server: {
      proxy: { '/api': { target: 'http://127.0.0.1:8080' }, '/files': { target: 'http://127.0.0.1:8080' } },
    },
    test: {
      environment: 'happy-dom',
      include: ['tests/**/*.test.ts'],
      isolate: false,
      server: { deps: { inline: ['vant'] } },
    },
  })
}
