import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const biome = new URL('node_modules/@biomejs/biome/bin/biome', root).pathname

/** What each folder may import, as docs/architecture.md draws it. */
const arrows: Record<string, string[]> = {
  runtime: [],
  http: ['runtime'],
  oauth: ['http', 'runtime'],
  federation: ['http', 'runtime'],
  'managed-identity': ['http', 'oauth', 'runtime'],
  'developer-tools': ['oauth', 'runtime'],
  certificates: ['runtime'],
  'sign-in': ['http', 'oauth', 'runtime'],
  page: ['http', 'oauth', 'runtime', 'sign-in'],
  cache: ['runtime'],
  msal: ['cache', 'runtime'],
  plugins: ['msal', 'runtime'],
  stores: ['cache', 'msal', 'runtime'],
  credentials: [
    'cache',
    'certificates',
    'developer-tools',
    'federation',
    'http',
    'managed-identity',
    'msal',
    'oauth',
    'page',
    'plugins',
    'runtime',
    'sign-in',
    'stores',
  ],
}
const folders = Object.keys(arrows)

let folder: string
let refusals: Map<string, string>

// One run of the linter over a tree of probes, each of which holds one import.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-arrows-'))
  const config = JSON.parse(await readFile(new URL('biome.json', root), 'utf8'))
  await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }))
  const source = join(folder, 'packages/entrada/src')
  for (const from of folders) {
    await mkdir(join(source, from), { recursive: true })
    for (const to of [...folders, 'index.ts', 'node:fs']) {
      const target = to.includes(':') ? to : to.endsWith('.ts') ? `../${to}` : `../${to}/part.ts`
      await writeFile(join(source, from, `to-${to.replace(/\W/g, '-')}.ts`), `export * from '${target}'\n`)
    }
  }
  await writeFile(join(source, 'errors.ts'), `export * from './http/http.ts'\n`)
  const run = promisify(execFile)(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: folder,
    maxBuffer: 1 << 26,
  })
  const { stdout } = await run.catch((error: { stdout: string }) => error)
  refusals = new Map()
  for (const { category, location, message } of JSON.parse(stdout.slice(stdout.indexOf('{'))).diagnostics) {
    if (/noRestrictedImports|noNodejsModules/.test(category)) {
      const path = String(location?.path?.file ?? location?.path).replace(/^.*src\//, '')
      refusals.set(path, typeof message === 'string' ? message : JSON.stringify(message))
    }
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(folders)('%s/ may import what docs/architecture.md lets it, and nothing else', (from) => {
  const refused = folders.filter((to) => refusals.has(`${from}/to-${to}.ts`))
  expect(refused).toEqual(folders.filter((to) => to !== from && !arrows[from]?.includes(to)))
})

test('no folder imports the entry', () => {
  for (const from of folders)
    expect(refusals.get(`${from}/to-index-ts.ts`)).toMatch(/Nothing imports the entries|may import|lowest/)
})

test('Node’s modules are reached through runtime/ alone', () => {
  expect(folders.filter((from) => !refusals.has(`${from}/to-node-fs.ts`))).toEqual(['runtime'])
})

test('what every folder imports imports no folder', () => {
  expect(refusals.get('errors.ts')).toMatch(/import no folder/)
})

test('each refusal says why', () => {
  expect(refusals.get('cache/to-http.ts')).toMatch(/it is handed a function/)
  expect(refusals.get('oauth/to-credentials.ts')).toMatch(/knows neither the cache nor credentials/)
})
