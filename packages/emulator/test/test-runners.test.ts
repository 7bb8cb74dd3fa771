import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, expect, test } from 'vitest'

const source = fileURLToPath(new URL('../src/', import.meta.url))
const root = fileURLToPath(new URL('../../../', import.meta.url))

// Inside the workspace, where a project finds its packages.
await mkdir(join(root, 'interop/.tmp'), { recursive: true })
const folder = await mkdtemp(join(root, 'interop/.tmp/emulator-runners-'))
afterAll(() => rm(folder, { recursive: true }))
// From source, as the packages that a project would install are.
await build({
  entryPoints: ['node-test', 'vitest', 'vitest-setup'].map((name) => join(source, `testing/${name}.ts`)),
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  splitting: true,
  // What is published is not made older either.
  target: 'esnext',
  outdir: folder,
  outExtension: { '.js': '.mjs' },
})

/** Runs a program of Node to its end. */
async function runNode(...args: readonly string[]): Promise<{ code: unknown; output: string }> {
  const { NODE_EXTRA_CA_CERTS: _, VITEST: __, ...inherited } = process.env
  const env = { ...inherited, NO_COLOR: '1' }
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...args], { cwd: folder, env })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    return { code, output: stdout + stderr }
  }
}

const body = `
  const ask = (clientSecret) => {
    const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = emulator.env()
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: AZURE_CLIENT_ID,
      client_secret: clientSecret ?? AZURE_CLIENT_SECRET, scope: 'https://graph.microsoft.com/.default' })
    return fetch(\`\${URL_OF(emulator)}/\${AZURE_TENANT_ID}/oauth2/v2.0/token\`, { method: 'POST', body })
  }
  assert.equal(emulator.requests.length, 0)
  assert.equal((await ask()).status, 200)
  emulator.faults.always({ status: 503 })
  assert.equal((await ask()).status, 503)`

test('node:test: one emulator for a file, reset before each test, closed at the end', async () => {
  const file = join(folder, 'file.test.mjs')
  await writeFile(
    file,
    `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useEmulator } from './node-test.mjs'

const URL_OF = ({ httpUrl }) => httpUrl
const emulator = await useEmulator()
test('first', async () => {${body}
})
test('second', async () => {${body}
})
`,
  )
  const { code, output } = await runNode('--test', '--test-reporter=tap', file)
  expect(output).toMatch(/# pass 2\n/)
  expect(code).toBe(0)
})

test('Vitest: with its setup, every client in a worker trusts the emulator', async () => {
  await writeFile(
    join(folder, 'vitest.config.mjs'),
    `export default { test: { include: ['*.spec.mjs'], globalSetup: './vitest-setup.mjs', pool: 'forks' } }\n`,
  )
  await writeFile(
    join(folder, 'https.spec.mjs'),
    `import assert from 'node:assert/strict'
import { test } from './vitest.mjs'

const URL_OF = ({ url }) => url
test('first', async ({ emulator }) => {${body}
})
test('second', async ({ emulator }) => {${body}
})
`,
  )
  const { code, output } = await runNode(join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder)
  expect(output).toMatch(/2 passed/)
  expect(code, output).toBe(0)
})
