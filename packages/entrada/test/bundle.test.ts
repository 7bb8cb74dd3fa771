import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webpack from 'webpack'
import { writeBundle } from '../build.mjs'
import { credentials } from './contract/credentials.ts'
import { installLibrary } from './installed-library.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-bundle-'))
  await writeBundle(join(folder, 'library'))
  await writeFile(join(folder, 'library/package.json'), '{ "type": "module", "sideEffects": false }')
  for (const { name } of credentials) {
    await writeFile(join(folder, `${name}.js`), `export { ${name} } from './library/index.js'\n`)
  }
  await writeFile(join(folder, 'nothing.js'), `import * as entrada from './library/index.js'\n`)
  await bundleWithWebpack()
}, 600_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

/** What a user's bundle loads with one entry: its file and those that it imports, not what is loaded on demand. */
async function withEsbuild(entry: string, minify: boolean): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(folder, `${entry}.js`)],
    bundle: true,
    write: false,
    metafile: true,
    absWorkingDir: folder,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    splitting: true,
    minify,
    external: ['open', 'tinyexec'],
    logLevel: 'error',
  })
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind === 'import-statement') load(next)
  }
  load(`out/${entry}.js`)
  return outputFiles
    .filter(({ path }) => [...loaded].some((name) => path.endsWith(`/${name}`)))
    .map(({ text }) => text)
    .join('')
}

/** One compilation for all, with one self-contained bundle an entry. */
async function bundleWithWebpack(): Promise<void> {
  const compiler = webpack({
    mode: 'production',
    target: 'node20',
    experiments: { outputModule: true },
    entry: Object.fromEntries(credentials.map(({ name }) => [name, join(folder, `${name}.js`)])),
    output: { path: join(folder, 'webpack'), filename: '[name].js', library: { type: 'module' } },
    externals: ['open', 'tinyexec'],
  })
  await new Promise<void>((resolve, reject) => {
    compiler?.run((error, stats) => (error || stats?.hasErrors() ? reject(error ?? stats?.toString()) : resolve()))
  })
}

/** The credentials whose class is in the text: each constructor gives its base the name. */
function classesIn(text: string): string[] {
  return credentials.map(({ name }) => name).filter((name) => new RegExp(`\\bsuper\\(\\s*["']${name}["']`).test(text))
}

/** What a credential is made of: the default chain holds the members' code, but never their classes. */
describe.each(credentials)('$name alone', ({ name }) => {
  test('brings no other credential into a bundle by esbuild', async () => {
    expect(classesIn(await withEsbuild(name, false))).toEqual([name])
  })

  test('brings no other credential into a bundle by webpack', async () => {
    expect(classesIn(await readFile(join(folder, 'webpack', `${name}.js`), 'utf8'))).toEqual([name])
  })
})

test('an import that is not used leaves nothing behind: no top-level statement has an effect', async () => {
  expect((await withEsbuild('nothing', true)).trim()).toBe('')
})

test.each([
  ['ClientSecretCredential', 8_000],
  ['DefaultAzureCredential', 30_000],
])('%s keeps its budget of %i bytes, minified and gzipped', async (name, budget) => {
  expect(gzipSync(await withEsbuild(name, true), { level: 9 }).length).toBeLessThanOrEqual(budget)
})

test('core.js imports nothing when it is loaded, and the files of the credentials nothing that a request needs', async () => {
  const importsOf = async (file: string): Promise<string[]> =>
    [...(await readFile(join(folder, 'library', file), 'utf8')).matchAll(/^import .*"\.\/(.+)";$/gm)].map(
      ([, name = '']) => name,
    )
  expect(await importsOf('core.js')).toEqual([])
  const initial = new Set<string>()
  for (const waiting = ['index.js']; waiting.length > 0; ) {
    const file = waiting.pop() ?? ''
    if (!initial.has(file)) waiting.push(...(await importsOf(file)))
    initial.add(file)
  }
  const others = [...initial].filter((file) => !/^(?:index|core|.+-credential)\.js$/.test(file))
  expect(others.sort((left, right) => (left < right ? -1 : 1))).toEqual([
    'developer-tool.js',
    'log.js',
    'msal-locations.js',
    'return-from-sign-in.js',
    'user-grant.js',
    'user-sign-in.js',
  ])
})

test('a web page gets nothing that only a program can use: no server, no opener of browsers, no process', async () => {
  const project = await installLibrary(folder, 'page')
  const { metafile } = await build({
    stdin: { contents: `export { InteractiveBrowserCredential } from 'entrada'`, resolveDir: project },
    bundle: true,
    write: false,
    metafile: true,
    absWorkingDir: folder,
    outdir: 'out',
    format: 'esm',
    platform: 'browser',
    splitting: true,
    logLevel: 'error',
  })
  const held = Object.keys(metafile.inputs).filter((path) => !path.startsWith('(disabled):'))
  expect(held.some((path) => path.endsWith('/dist/user-session.js'))).toBe(true)
  const forPrograms = /\/dist\/(?:ask-in-browser|node-transport|persistent-store)\.js$|\/(?:open|tinyexec)\//
  expect(held.filter((path) => forPrograms.test(path))).toEqual([])
})
