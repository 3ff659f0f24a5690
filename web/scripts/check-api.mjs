// The typed client must be what the stored OpenAPI document says; `npm run api` makes it anew. That the document is
// what the server says is checked beside the server (tests/console/test_schema.py, tests/resident/test_schema.py).
import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [app] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'linli-api-'))
const fresh = join(folder, 'schema.d.ts')
try {
  execFileSync(
    'npx',
    [
      'openapi-typescript',
      'src/api/openapi.json',
      '-o',
      fresh,
      '--alphabetize',
      '--default-non-nullable=false',
    ],
    {
      stdio: 'pipe',
    },
  )
  if (readFileSync(fresh, 'utf8') !== readFileSync('src/api/schema.d.ts', 'utf8')) {
    console.error(`src/api/schema.d.ts is older than src/api/openapi.json: run "npm run api -w ${app}"`)
    process.exit(1)
  }
} finally {
  rmSync(folder, { recursive: true })
}
