import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { bytes, type Measure } from '../row.ts'

const folder = process.env.BENCH_FOLDER ?? '.'

/** Packages and bytes that come with one dependency, as they are installed here. */
export const installed: Measure = async () => {
  const [ours, peer] = [closure('entrada'), closure('@azure/identity')]
  return [
    {
      what: 'installed size, packages',
      ours: `${bytes(ours.size)}, ${ours.packages}`,
      peer: `${bytes(peer.size)}, ${peer.packages}`,
      ratio: peer.size / ours.size,
      aim: '3 MB, 12 packages',
      isReached: ours.size <= 3e6 && ours.packages <= 12,
    },
  ]
}

function closure(name: string): { size: number; packages: number } {
  const seen = new Map<string, number>()
  visit(name, join(folder, 'package.json'), seen)
  return { size: [...seen.values()].reduce((sum, size) => sum + size, 0), packages: seen.size }
}

function visit(name: string, from: string, seen: Map<string, number>): void {
  const root = packageRoot(name, from)
  if (root === undefined || seen.has(root)) return
  const { dependencies = {}, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>
    files?: string[]
  }
  // A package of this workspace is measured by what it would publish.
  const isWorkspace = !root.includes('node_modules')
  seen.set(root, isWorkspace ? sizeOf(join(root, files?.[0] ?? '')) : sizeOf(root))
  for (const dependency of Object.keys(dependencies)) visit(dependency, join(root, 'package.json'), seen)
}

function packageRoot(name: string, from: string): string | undefined {
  for (const path of createRequire(from).resolve.paths(name) ?? []) {
    try {
      return dirname(createRequire(join(path, 'x.js')).resolve(join(path, name, 'package.json')))
    } catch {}
  }
  return undefined
}

function sizeOf(path: string): number {
  const stats = statSync(path)
  if (!stats.isDirectory()) return path.endsWith('.tsbuildinfo') ? 0 : stats.size
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

/** What one credential adds to a program's bundle, minified and gzipped: what it loads at its start, and in all. */
export const bundle: Measure = async () => [
  await bundleRow('ClientSecretCredential', 'client secret', 8_000),
  await bundleRow('DefaultAzureCredential', 'default chain', 30_000),
  await bundleRow('InteractiveBrowserCredential', 'sign-in to a web page', 20_000, 'browser'),
]

type Platform = 'node' | 'browser'

async function bundleRow(
  name: string,
  title: string,
  aim: number,
  platform: Platform = 'node',
): Promise<Awaited<ReturnType<Measure>>[number]> {
  const [ours, peer] = [await bundled(name, 'entrada', platform), await bundled(name, '@azure/identity', platform)]
  return {
    what: `bundle of the ${title}, minified and gzipped`,
    ours: `${bytes(ours.start)} loaded at the start, ${bytes(ours.all)} with every part that is loaded on demand`,
    peer: `${bytes(peer.start)}, ${bytes(peer.all)}`,
    ratio: peer.all / ours.all,
    aim: `${bytes(aim)} at the start`,
    isReached: ours.start <= aim,
  }
}

async function bundled(name: string, from: string, platform: Platform): Promise<{ start: number; all: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { ${name} } from '${from}'`, resolveDir: folder },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform,
    write: false,
    metafile: true,
    absWorkingDir: folder,
    outdir: 'bundle',
    external: ['https-proxy-agent', 'jose', 'node-forge', 'open'],
    logLevel: 'silent',
  })
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [
      path.slice(path.lastIndexOf('bundle/')),
      gzipSync(contents, { level: 9 }).length,
    ]),
  )
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind === 'import-statement') load(next)
  }
  load('bundle/stdin.js')
  const sum = (paths: Iterable<string>): number => [...paths].reduce((total, path) => total + (sizes.get(path) ?? 0), 0)
  return { start: sum(loaded), all: sum(sizes.keys()) }
}
