import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'
import * as vite from 'vite'
import webpack from 'webpack'

/** What one name of a package adds to a program, in bytes, minified and gzipped. */
export interface BundledSize {
  /** What the program loads when it starts. */
  start: number
  /** Every file that the program can load. */
  all: number
}

/** Where the program runs: a bundler for pages heeds the field `browser` of a package. */
export type BundleTarget = 'node' | 'browser'

export type BundlerName = 'esbuild' | 'Rollup' | 'webpack' | 'Vite'

/** A file that a bundler made, and those that it loads with itself and on demand. */
interface Chunk {
  code: string
  isEntry: boolean
  imports: readonly string[]
  dynamicImports: readonly string[]
}

type Chunks = ReadonlyMap<string, Chunk>

/** What is left to the installed program; a bundle for pages leaves it out itself. */
const externalOf = (target: BundleTarget): string[] => (target === 'node' ? ['open'] : [])

/**
 * Bundles a program that uses one name of a package, which is found from a folder, and measures what comes of it. Each
 * bundler has the settings that it brings, and divides the program into files as it likes.
 */
export async function bundledSize(
  bundler: BundlerName,
  name: string,
  { from, folder, target }: { from: string; folder: string; target: BundleTarget },
): Promise<BundledSize> {
  const work = await mkdtemp(join(folder, 'bundled-'))
  try {
    const entry = join(work, 'main.mjs')
    await writeFile(entry, `import { ${name} } from ${JSON.stringify(from)}\nglobalThis.used = ${name}\n`)
    const chunks = await bundlers[bundler](entry, work, target)
    const sizes = new Map<string, number>()
    for (const [path, { code }] of chunks) sizes.set(path, await minifiedSize(code))
    const sum = (paths: Iterable<string>): number => [...paths].reduce((all, path) => all + (sizes.get(path) ?? 0), 0)
    return { start: sum(reached(chunks, false)), all: sum(reached(chunks, true)) }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * The files that the entries reach. esbuild also writes what a class that is not used would load on demand, and no file of
 * the program names it.
 */
function reached(chunks: Chunks, isOnDemandToo: boolean): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (path: string): void => {
    const chunk = chunks.get(path)
    if (chunk === undefined || found.has(path)) return
    found.add(path)
    for (const next of chunk.imports) visit(next)
    if (isOnDemandToo) for (const next of chunk.dynamicImports) visit(next)
  }
  for (const [path, { isEntry }] of chunks) if (isEntry) visit(path)
  return found
}

/** One minifier for all, so that the bundlers' division of a program is compared. */
async function minifiedSize(code: string): Promise<number> {
  const { code: minified } = await esbuild.transform(code, { minify: true, format: 'esm', target: 'esnext' })
  return gzipSync(minified, { level: 9 }).length
}

const bundlers: Readonly<
  Record<BundlerName, (entry: string, folder: string, target: BundleTarget) => Promise<Chunks>>
> = {
  async esbuild(entry, folder, target) {
    const { outputFiles, metafile } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      splitting: true,
      format: 'esm',
      platform: target,
      write: false,
      metafile: true,
      absWorkingDir: folder,
      outdir: 'out',
      external: externalOf(target),
      logLevel: 'silent',
    })
    const codeOf = new Map(outputFiles.map(({ path, text }) => [path.slice(folder.length + 1), text]))
    return new Map(
      Object.entries(metafile.outputs).map(([path, { entryPoint, imports }]) => {
        const by = (kind: string): string[] => imports.filter((one) => one.kind === kind).map((one) => one.path)
        return [
          path,
          {
            code: codeOf.get(path) ?? '',
            isEntry: entryPoint === 'main.mjs',
            imports: by('import-statement'),
            dynamicImports: by('dynamic-import'),
          },
        ]
      }),
    )
  },

  async Rollup(entry, _folder, target) {
    const bundle = await rollup({
      input: entry,
      external: externalOf(target),
      plugins: [nodeResolve({ browser: target === 'browser', preferBuiltins: true })],
      onwarn: () => undefined,
    })
    const { output } = await bundle.generate({ format: 'es' })
    await bundle.close()
    return chunksOf(output)
  },

  async webpack(entry, folder, target) {
    const path = join(folder, 'out')
    const compiler = webpack({
      mode: 'production',
      target: target === 'node' ? 'node20' : 'web',
      context: folder,
      entry,
      output: { path, filename: 'main.js', chunkFilename: '[id].js' },
      externals: Object.fromEntries(externalOf(target).map((name) => [name, `import ${name}`])),
      experiments: { outputModule: true },
    })
    await new Promise<void>((resolve, reject) => {
      compiler?.run((error, stats) => (error || stats?.hasErrors() ? reject(error ?? stats?.toString()) : resolve()))
    })
    const names = await readdir(path)
    // Its own chunks name one another by numbers. It writes none that the program cannot reach.
    const rest = names.filter((name) => name !== 'main.js')
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(join(path, name), 'utf8')] as const),
    )
    return new Map(
      files.map(([name, code]) => {
        const isEntry = name === 'main.js'
        return [name, { code, isEntry, imports: [], dynamicImports: isEntry ? rest : [] }]
      }),
    )
  },

  async Vite(entry, folder, target) {
    const built = await vite.build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      ...(target === 'node' && { ssr: { noExternal: true, external: externalOf(target) } }),
      build: {
        write: false,
        modulePreload: false,
        ...(target === 'node' ? { ssr: entry } : { rolldownOptions: { input: entry } }),
      },
    })
    if (!('output' in built)) throw new Error('Vite has not built one bundle.')
    return chunksOf(built.output)
  },
}

/** Rollup's way to tell, which Vite has too. */
function chunksOf(output: readonly ({ type: 'asset' } | ({ type: 'chunk'; fileName: string } & Chunk))[]): Chunks {
  return new Map(output.flatMap((chunk) => (chunk.type === 'chunk' ? [[chunk.fileName, chunk]] : [])))
}
