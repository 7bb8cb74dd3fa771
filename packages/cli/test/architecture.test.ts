import { beforeAll, expect, test } from 'vitest'
import { refusedImports } from '../../../testing/refused-imports.ts'

/** What each folder may import, lowest first, as docs/architecture.md draws it. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  output: [],
  framework: ['output'],
  token: ['framework', 'output'],
  profile: ['framework', 'output'],
  completion: ['framework', 'output'],
  exec: ['framework'],
  keep: ['framework'],
  setup: ['framework', 'exec', 'keep'],
  'credential-helper': ['framework', 'output', 'token', 'profile', 'setup'],
  doctor: ['output', 'framework', 'token', 'profile'],
}
const folders = [...Object.keys(arrows), 'commands']

let refusals: Map<string, string>

// Probes, each of which holds one import.
beforeAll(async () => {
  const probes: Record<string, string> = { 'commands/other.ts': `export * from './token.ts'\n` }
  for (const from of Object.keys(arrows)) {
    for (const to of folders) probes[`${from}/to-${to}.ts`] = `export * from '../${to}/part.ts'\n`
    probes[`${from}/to-main.ts`] = `export * from '../main.ts'\n`
    probes[`${from}/to-library.ts`] = `export * from 'entrada'\n`
  }
  refusals = await refusedImports('cli', probes)
}, 120_000)

test.each(Object.keys(arrows))('%s/ may import what docs/architecture.md lets it, and nothing else', (from) => {
  const others = folders.filter((to) => to !== from)
  const refused = others.filter((to) => refusals.has(`${from}/to-${to}.ts`))
  expect(refused).toEqual(others.filter((to) => !arrows[from]?.includes(to)))
  expect(refusals.has(`${from}/to-main.ts`)).toBe(true)
})

test('a command imports no other', () => {
  expect(refusals.has('commands/other.ts')).toBe(true)
})

test.each(['output', 'framework'])('%s/ knows no tokens', (from) => {
  expect(refusals.has(`${from}/to-library.ts`)).toBe(true)
})
