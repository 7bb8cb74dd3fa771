import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './workspace.mjs'

/**
 * SHA-256 over the names and contents of files and whole folders, given from the workspace's root; absent ones count
 * as empty. Contents, because a checkout gives every file a new time.
 * @param {readonly string[]} paths
 */
export async function fingerprint(paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of await filesOf(path)) hash.update(`${file}\0`).update(await readFile(join(root, file)))
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {Promise<string[]>}
 */
async function filesOf(path) {
  const found = await stat(join(root, path)).catch(() => undefined)
  if (found === undefined) return []
  if (found.isFile()) return [path]
  const entries = await readdir(join(root, path))
  return (await Promise.all(entries.sort().map((entry) => filesOf(`${path}/${entry}`)))).flat()
}
