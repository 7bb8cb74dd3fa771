import { beforeAll, expect, test } from 'vitest'
import { refusedImports } from '../../../testing/refused-imports.ts'

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
  stores: ['cache', 'msal', 'plugins', 'runtime'],
  source: [
    'cache',
    'certificates',
    'developer-tools',
    'federation',
    'http',
    'managed-identity',
    'oauth',
    'runtime',
    'stores',
  ],
  chain: ['cache', 'runtime', 'source'],
  user: ['cache', 'http', 'msal', 'oauth', 'page', 'runtime', 'sign-in', 'source', 'stores'],
  broker: ['cache', 'oauth', 'plugins', 'runtime', 'source', 'user'],
  'shared-cache': ['cache', 'msal', 'oauth', 'plugins', 'runtime', 'source', 'user'],
  credentials: [
    'broker',
    'cache',
    'certificates',
    'chain',
    'developer-tools',
    'federation',
    'http',
    'managed-identity',
    'msal',
    'oauth',
    'page',
    'plugins',
    'runtime',
    'shared-cache',
    'sign-in',
    'source',
    'stores',
    'user',
  ],
}
const folders = Object.keys(arrows)

let refusals: Map<string, string>

// Probes, each of which holds one import.
beforeAll(async () => {
  const probes: Record<string, string> = {
    'errors.ts': `export * from './http/http.ts'\n`,
    'circle/here.ts': `import type { there } from './there.ts'\nexport type here = there | 1\n`,
    'circle/there.ts': `import type { here } from './here.ts'\nexport type there = here | 1\n`,
  }
  for (const from of folders) {
    for (const to of [...folders, 'index.ts', 'node:fs']) {
      const target = to.includes(':') ? to : to.endsWith('.ts') ? `../${to}` : `../${to}/part.ts`
      probes[`${from}/to-${to.replace(/\W/g, '-')}.ts`] = `export * from '${target}'\n`
    }
  }
  for (const to of [...folders, 'index.ts']) {
    const target = to.endsWith('.ts') ? `../${to}` : `../${to}/part.ts`
    probes[`config/to-${to.replace(/\W/g, '-')}.ts`] = `export * from '${target}'\n`
  }
  refusals = await refusedImports('entrada', probes)
})

test.each(folders)('%s/ may import what docs/architecture.md lets it, and nothing else', (from) => {
  const refused = folders.filter((to) => to !== from && refusals.has(`${from}/to-${to}.ts`))
  expect(refused).toEqual(folders.filter((to) => to !== from && !arrows[from]?.includes(to)))
})

test('no folder imports the entry', () => {
  for (const from of folders)
    expect(refusals.get(`${from}/to-index-ts.ts`)).toMatch(/Nothing imports the entries|may import|lowest/)
})

test('Node’s modules are reached only through runtime/', () => {
  expect(folders.filter((from) => !refusals.has(`${from}/to-node-fs.ts`))).toEqual(['runtime'])
})

test('what every folder imports imports no folder', () => {
  expect(refusals.get('errors.ts')).toMatch(/import no folder/)
})

test('two files that need each other are refused, be it for a type', () => {
  const refused = [...refusals.keys()].filter((path) => path.startsWith('circle/'))
  expect(new Set(refused)).toEqual(new Set(['circle/here.ts', 'circle/there.ts']))
})

test('each refusal says why', () => {
  expect(refusals.get('cache/to-http.ts')).toMatch(/it is handed a function/)
  expect(refusals.get('oauth/to-credentials.ts')).toMatch(/knows neither the cache nor credentials/)
})

test('config/ makes credentials as a program does, through the entry, and knows none of what they are made of', () => {
  expect(refusals.has('config/to-index-ts.ts')).toBe(false)
  const refused = folders.filter((to) => refusals.has(`config/to-${to}.ts`))
  expect(refused).toEqual(folders.filter((to) => to !== 'runtime' && to !== 'stores'))
})
