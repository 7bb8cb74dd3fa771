import { rmdirSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A new folder that only this user can read (mkdtemp makes it 0700), gone when the process ends, however it ends
 * short of being killed outright.
 */
export async function temporaryFolder() {
  return disposable(await mkdtemp(join(tmpdir(), 'entrada-')), () => {})
}

/**
 * The same inside a package of the workspace, for programs that import what the package depends on.
 * @param {string} workspace
 */
export async function temporaryFolderOf(workspace) {
  const parent = fileURLToPath(new URL(`../${workspace}/.tmp`, import.meta.url))
  await mkdir(parent, { recursive: true })
  return disposable(await mkdtemp(join(parent, 'entrada-')), () => {
    try {
      rmdirSync(parent)
    } catch {
      // Another run has its folder there.
    }
  })
}

/**
 * @param {string} path
 * @param {() => void} afterwards
 */
function disposable(path, afterwards) {
  const remove = () => {
    process.off('exit', remove)
    rmSync(path, { recursive: true, force: true })
    afterwards()
  }
  process.once('exit', remove)
  return { path, remove }
}
