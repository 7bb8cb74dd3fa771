import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const biome = new URL('node_modules/@biomejs/biome/bin/biome', root).pathname

/** What each folder may import, lowest first; `.` is the files of the package that are in none. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  token: [],
  rejection: [],
  keys: ['rejection', 'token'],
  rules: ['keys', 'rejection', 'token'],
  '.': ['keys', 'rejection', 'rules', 'token'],
  middleware: ['.', 'rejection', 'token'],
}
const folders = Object.keys(arrows)

let folder: string
let refused: Set<string>

// One run of the linter over a tree of probes, each of which holds one import.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-arrows-'))
  const config = JSON.parse(await readFile(new URL('biome.json', root), 'utf8'))
  await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }))
  const source = join(folder, 'packages/verify/src')
  for (const from of folders) {
    await mkdir(join(source, from), { recursive: true })
    for (const [name, path] of [...folders.map((to) => [to, `${to}/part.ts`]), ['index', 'index.ts']] as const) {
      const up = from === '.' ? `./${path}` : `../${path}`
      await writeFile(join(source, from, `to-${name}-.ts`), `export * from '${up.replace('/./', '/')}'\n`)
    }
    await writeFile(join(source, from, 'to-node-.ts'), "export * from 'node:fs'\n")
  }
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.']
  const run = promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 })
  const { stdout } = await run.catch((error: { stdout: string }) => error)
  refused = new Set()
  for (const { category, location } of JSON.parse(stdout.slice(stdout.indexOf('{'))).diagnostics) {
    if (!/noRestrictedImports|noNodejsModules/.test(category)) continue
    refused.add(String(location?.path?.file ?? location?.path).replace(/^.*src\//, ''))
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function isRefused(from: string, to: string): boolean {
  return refused.has(from === '.' ? `to-${to}-.ts` : `${from}/to-${to}-.ts`)
}

test.each(folders)('%s/ may import what docs/architecture.md lets it, and nothing else', (from) => {
  const others = folders.filter((to) => to !== from)
  expect(others.filter((to) => isRefused(from, to))).toEqual(others.filter((to) => !arrows[from]?.includes(to)))
})

test('nobody imports the entry, or a module of Node', () => {
  for (const from of folders)
    expect([from, isRefused(from, 'index'), isRefused(from, 'node')]).toEqual([from, true, true])
})
