import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import type { Plugin } from 'vite'

/** Bytes below which packing gains nothing. */
const LEAST = 1000

/** Puts beside each asset the same packed by Brotli, a sixth smaller than what the server packs by itself. */
export function packedAssets(): Plugin {
  return {
    name: 'linli-packed-assets',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!dir || !/^assets\/.*\.(js|css|svg)$/.test(name)) continue
        const body = readFileSync(join(dir, name))
        if (body.length < LEAST) continue
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
        }
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(body, { params }))
      }
    },
  }
}
