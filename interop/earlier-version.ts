import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { redisTokenStore } from '@entrada/redis'
import type { fileTokenStore } from 'entrada/store'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))

/** What was packed as 0.1.0. A clone without history does not have it. */
const commit = '740fb9d'

/** The stores of 0.1.0. */
export interface EarlierVersion {
  fileTokenStore: typeof fileTokenStore
  redisTokenStore: typeof redisTokenStore
}

/** The stores of 0.1.0, compiled from that commit into a folder of its own, or why they are not to be had. */
export async function loadEarlierVersion(): Promise<EarlierVersion | { reason: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-0.1.0-'))
  // An index of its own: the clone's index and files stay as they are.
  const git = (...args: string[]): Promise<unknown> =>
    promisify(execFile)('git', args, { cwd: root, env: { ...process.env, GIT_INDEX_FILE: join(folder, 'index') } })
  try {
    try {
      await git('read-tree', commit)
    } catch {
      return { reason: `The commit ${commit} (0.1.0) is not in this clone. git fetch --unshallow brings it.` }
    }
    await git('checkout-index', '--all', `--prefix=${folder}/`)
    const outfile = join(folder, 'stores.mjs')
    const source = (name: string): string => join(folder, 'packages', name)
    await build({
      stdin: {
        contents: `export { fileTokenStore } from '${source('entrada/src/store.ts')}'
export { redisTokenStore } from '${source('redis/src/index.ts')}'`,
        resolveDir: root,
      },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      alias: { 'entrada/store': source('entrada/src/store.ts') },
      logLevel: 'error',
    })
    return (await import(pathToFileURL(outfile).href)) as EarlierVersion
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
