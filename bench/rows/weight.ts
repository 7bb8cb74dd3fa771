import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type BundledSize, type BundlerName, type BundleTarget, bundledSize } from '../../testing/bundled-sizes.ts'
import { bytes, type Measure, type Row } from '../row.ts'

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

/** What one credential adds to a program, by each bundler, minified and gzipped: at its start, and in all. */
export const bundle: Measure = async () => {
  const rows: Row[] = []
  for (const credential of credentials) {
    for (const bundler of ['esbuild', 'Rollup', 'webpack', 'Vite'] as const)
      rows.push(await bundleRow(credential, bundler))
  }
  return rows
}

interface Bundled {
  name: string
  title: string
  target: BundleTarget
  /** What a program loads when it starts, and all that it can load, in bytes. */
  aim: BundledSize
}

const credentials: readonly Bundled[] = [
  { name: 'ClientSecretCredential', title: 'client secret', target: 'node', aim: { start: 8_000, all: 25_000 } },
  { name: 'DefaultAzureCredential', title: 'default chain', target: 'node', aim: { start: 30_000, all: 45_000 } },
  {
    name: 'InteractiveBrowserCredential',
    title: 'sign-in to a page',
    target: 'browser',
    aim: { start: 20_000, all: 30_000 },
  },
]

async function bundleRow({ name, title, target, aim }: Bundled, bundler: BundlerName): Promise<Row> {
  const ours = await bundledSize(bundler, name, { from: 'entrada', folder, target })
  // One bundler's will do: the others differ by less than ours and the peer's do.
  const peer =
    bundler === 'esbuild' ? await bundledSize(bundler, name, { from: '@azure/identity', folder, target }) : undefined
  return {
    what: `bundle of the ${title} by ${bundler}, minified and gzipped`,
    ours: `${bytes(ours.start)} loaded at the start, ${bytes(ours.all)} in all files`,
    peer: peer === undefined ? '' : `${bytes(peer.start)}, ${bytes(peer.all)}`,
    ...(peer && { ratio: peer.all / ours.all }),
    aim: `${bytes(aim.start)}, ${bytes(aim.all)}`,
    isReached: ours.start <= aim.start && ours.all <= aim.all,
  }
}
