import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import webpack from 'webpack'
import { writeBundle } from '../../build.mjs'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-for-pages-'))
  const library = join(folder, 'node_modules/entrada')
  await mkdir(library, { recursive: true })
  await writeBundle(join(library, 'dist'))
  await writeFile(join(library, 'package.json'), await readFile(join(root, 'packages/entrada/package.json')))
  // All of it is used: nothing is shaken off.
  await writeFile(join(folder, 'app.mjs'), `import * as entrada from 'entrada'\nconsole.log(entrada)\n`)
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

test('esbuild bundles the whole package for a browser: no warning, and nothing of Node’s', async () => {
  const { warnings, metafile } = await build({
    entryPoints: [join(folder, 'app.mjs')],
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'browser', write: false, metafile: true },
    outdir: join(folder, 'esbuild'),
    nodePaths: [join(root, 'node_modules')],
    logLevel: 'silent',
  })
  expect(warnings).toEqual([])
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports)
  expect(imported.filter(({ path, external }) => external && isBuiltin(path))).toEqual([])
})

test('so does webpack for the web', async () => {
  const compiler = webpack({
    ...{ mode: 'production', target: 'web', entry: join(folder, 'app.mjs'), performance: false },
    resolve: { modules: [join(folder, 'node_modules'), join(root, 'node_modules')] },
    output: { path: join(folder, 'webpack') },
    optimization: { minimize: false },
  })
  const told = await new Promise<object>((resolve, reject) => {
    compiler?.run((error, stats) => {
      const { errors = [], warnings = [] } = stats?.compilation ?? {}
      if (error) reject(error)
      else resolve({ errors: errors.map(String), warnings: warnings.map(String) })
    })
  })
  expect(told).toEqual({ errors: [], warnings: [] })
}, 60_000)
