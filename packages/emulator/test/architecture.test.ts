import { beforeAll, expect, test } from 'vitest'
import { refusedImports } from '../../../testing/refused-imports.ts'

/** What each folder may import, lowest first. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  primitives: [],
  pki: [],
  http: ['pki'],
  refusal: ['http', 'primitives'],
  directory: ['primitives', 'refusal'],
  token: ['directory', 'http', 'pki', 'primitives', 'refusal'],
  live: ['directory', 'http', 'primitives', 'refusal', 'token'],
  pages: ['directory', 'http', 'live', 'refusal', 'token'],
  'sign-in': ['directory', 'http', 'pages', 'primitives', 'refusal', 'token'],
  oidc: ['directory', 'http', 'pki', 'primitives'],
  'managed-identity': ['directory', 'http', 'oidc', 'pki', 'primitives', 'token'],
  graph: ['directory', 'http', 'primitives', 'token'],
  routes: [
    ...['directory', 'graph', 'http', 'live', 'managed-identity', 'oidc', 'pages'],
    ...['pki', 'primitives', 'refusal', 'sign-in', 'token'],
  ],
  api: [
    ...['directory', 'graph', 'http', 'live', 'managed-identity', 'oidc', 'pages'],
    ...['pki', 'primitives', 'refusal', 'routes', 'sign-in', 'token'],
  ],
  sandbox: ['api', 'pki', 'primitives'],
  testing: ['api', 'pki'],
  cli: ['api', 'directory', 'primitives', 'sandbox'],
}
const folders = Object.keys(arrows)

let refusals: Map<string, string>

// Probes, each of which holds one import.
beforeAll(async () => {
  const probes: Record<string, string> = {
    'token/circle-a.ts': "export type { B as A } from './circle-b.ts'\n",
    'token/circle-b.ts': "import type { A } from './circle-a.ts'\nexport type B = A\n",
  }
  for (const from of folders) {
    for (const to of folders) probes[`${from}/to-${to}.ts`] = `export * from '../${to}/part.ts'\n`
    probes[`${from}/to-index.ts`] = "export * from '../index.ts'\n"
    probes[`${from}/to-entrada.ts`] = "export * from 'entrada'\n"
  }
  refusals = await refusedImports('emulator', probes)
})

test.each(folders)('%s/ may import what lies below it, and nothing else', (from) => {
  const refused = folders.filter((to) => refusals.has(`${from}/to-${to}.ts`))
  expect(refused).toEqual(folders.filter((to) => to !== from && !arrows[from]?.includes(to)))
})

test('the arrows point one way', () => {
  for (const [place, from] of folders.entries()) {
    for (const to of arrows[from] ?? []) expect(folders.indexOf(to), `${from} → ${to}`).toBeLessThan(place)
  }
})

test.each(folders)('%s/ imports neither the entry nor the library', (from) => {
  expect(refusals.get(`${from}/to-index.ts`)).toMatch(/Nothing imports the entries/)
  expect(refusals.get(`${from}/to-entrada.ts`)).toMatch(/independent reading of the protocol/)
})

test('a circle of imports is refused, of types too', () => {
  for (const path of ['token/circle-a.ts', 'token/circle-b.ts']) expect(refusals.has(path), path).toBe(true)
})

test('each refusal says why', () => {
  expect(refusals.get('token/to-routes.ts')).toMatch(/knows neither pages nor routes/)
  expect(refusals.get('http/to-refusal.ts')).toMatch(/The handler is handed functions/)
})
