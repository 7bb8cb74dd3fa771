import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startEmulator } from '@entrada/emulator'
import { transform } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanEnvironment } from '../testing/environment.mjs'
import { installPacked } from './packed-packages.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const packageNames = [
  'entrada',
  '@entrada/emulator',
  '@entrada/keyring',
  '@entrada/opentelemetry',
  '@entrada/redis',
  '@entrada/verify',
]
const verifyEntries = ['express', 'fastify', 'fetch', 'hono', 'mcp', 'next', 'node'].map(
  (name) => `@entrada/verify/${name}`,
)

let folder: string
/** What installing the library alone brings. */
let brought: { packages: number; bytes: number }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-packed-'))
  await installPacked(folder, ['entrada'], '--omit=optional')
  brought = await sizeOfInstalled()
  await installPacked(folder, ['cli', 'emulator', 'keyring', 'opentelemetry', 'redis', 'verify'], '--omit=optional')
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each([
  ['consumer.mjs', 'token of 3 parts'],
  ['consumer.cjs', 'token of 3 parts'],
  ['sandbox.mjs', 'startSandbox: azurite is not installed. npm install --save-dev azurite'],
  ['redis.mjs', 'a token of a store that has nothing: undefined'],
  ['opentelemetry.mjs', 'entrada.token.requests: network 1, memory 2'],
  [
    'one-instance.mjs',
    ['@entrada/emulator', '@entrada/keyring', '@entrada/opentelemetry', '@entrada/redis', '@entrada/verify']
      .concat(verifyEntries, 'entrada', 'entrada/store')
      .map((name) => `${name}: one instance`)
      .join('\n'),
  ],
  ['verify.mjs', '200 for ada@contoso.example, 401 for nobody'],
  ['keyring.mjs', 'KeyringError: @azure/msal-node-extensions is not installed.'],
])('%s runs on the packed packages, and says: %s', async (consumer, expected) => {
  await copyFile(join(root, 'interop', 'packed', consumer), join(folder, consumer))
  const { stdout } = await promisify(execFile)(process.execPath, [consumer], { cwd: folder, env: cleanEnvironment() })
  expect(stdout.trim()).toBe(expected)
})

test('the command line runs where it was installed, and finds the packages that it needs', async () => {
  const entrada = join(folder, 'node_modules/.bin/entrada')
  const run = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(entrada, args, { env: cleanEnvironment({ HOME: folder }) })).stdout
  expect(await run('--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(await run('status')).toContain('No profile is signed in')
  expect(await run('emulator', '--', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  const kubeconfig = ['--kubeconfig', join(folder, 'kubeconfig'), '--api-version', 'v1']
  expect(await run('setup', 'kubectl', '--dry-run', ...kubeconfig)).toContain('+- name: entrada')
})

test('git and docker find their helpers beside it', async () => {
  const run = async (name: string, action: string): Promise<string> => {
    const helper = join(folder, 'node_modules/.bin', name)
    return (await promisify(execFile)(helper, [action], { env: cleanEnvironment({ HOME: folder }) })).stdout
  }
  expect(await run('git-credential-entrada', 'store')).toBe('')
  expect(await run('docker-credential-entrada', 'list')).toBe('{}\n')
})

test('installing entrada brings what the README says', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, megabytes, packages] = /\| installed \|[^|]*\| ([\d.]+) MB, (\d+) packages/.exec(readme) ?? []
  expect(`${(brought.bytes / 1e6).toFixed(1)} MB, ${brought.packages} packages`).toBe(
    `${megabytes} MB, ${packages} packages`,
  )
})

test.each(packageNames)('what the README of %s links to is on the web or in the package', async (name) => {
  const installed = join(folder, 'node_modules', name)
  const readme = await readFile(join(installed, 'README.md'), 'utf8')
  const links = [...readme.matchAll(/\]\(([^)#]+)/g)].map(([, link = '']) => link)
  for (const link of links) {
    if (!link.startsWith('https://')) await expect(stat(join(installed, link)), link).resolves.toBeDefined()
  }
})

test('every file of CommonJS can be the first that a process loads', async () => {
  for (const name of packageNames) {
    const node = join(folder, 'node_modules', name, 'dist/node')
    const files = (await readdir(node)).filter((file) => file.endsWith('.cjs'))
    expect(files.length).toBeGreaterThan(1)
    const load = `require('node:fs').readdirSync('.').filter((file) => file.endsWith('.cjs')).forEach((file) => {
      for (const path of Object.keys(require.cache)) delete require.cache[path]
      require('./' + file)
    })`
    await promisify(execFile)(process.execPath, ['-e', load], { cwd: node, env: cleanEnvironment() })
  }
})

test('every file that is published is one that the oldest Node of its package parses', async () => {
  for (const name of [...packageNames, '@entrada/cli']) {
    const dist = join(folder, 'node_modules', name, 'dist')
    const files = (await readdir(dist, { recursive: true })).filter((file) => /\.[cm]?js$/.test(file))
    expect(files.length).toBeGreaterThan(1)
    for (const file of files) {
      const code = await readFile(join(dist, file), 'utf8')
      const [older, same] = await Promise.all(
        // esbuild knows of no version that has these; Node 10 does.
        ['node20.19', 'esnext'].map((target) =>
          transform(code, { target, supported: { 'regexp-unicode-property-escapes': true } }),
        ),
      )
      expect(older?.code === same?.code, `${name}: ${file}`).toBe(true)
    }
  }
}, 60_000)

test('an import brings the classes and the errors; the rest waits until a credential is made', async () => {
  const program = `require('entrada'); console.log(Object.keys(require.cache).map((path) => require('node:path').basename(path)).join())`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], {
    cwd: folder,
    env: cleanEnvironment(),
  })
  expect(stdout.trim()).toBe('index.cjs,index-core.cjs,errors.cjs')
})

test('a first token brings four files more, and none of a credential that is not used', async () => {
  const entra = await startEmulator()
  const program = `
    const { ClientSecretCredential } = require('entrada')
    const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = process.env
    const credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET)
    credential.getToken('https://storage.azure.com/.default').then(() =>
      console.log(Object.keys(require.cache).map((path) => require('node:path').basename(path)).join()))`
  try {
    const env = cleanEnvironment({ ...entra.env(), NODE_EXTRA_CA_CERTS: entra.ca.path })
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: folder, env })
    // Where code is divided, a stray import of one small module can bring all that lies beside it.
    const brought = 'source.cjs,request.cjs,rolldown-runtime.cjs,node-transport.cjs'
    expect(stdout.trim()).toBe(`index.cjs,index-core.cjs,errors.cjs,${brought}`)
  } finally {
    await entra.close()
  }
})

async function sizeOfInstalled(): Promise<{ packages: number; bytes: number }> {
  const modules = join(folder, 'node_modules')
  const { packages } = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8'))
  const files = await readdir(modules, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    files.map(async (file) => (file.isFile() ? (await stat(join(file.parentPath, file.name))).size : 0)),
  )
  return { packages: Object.keys(packages).length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}
