import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { npm } from './command.mjs'
import { root } from './workspace.mjs'

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage */

/**
 * Whether `node_modules` holds what the lock file asks for. npm writes down what it installed, as the last thing it
 * does, in a lock file of its own; comparing the two needs no stamp, and an install by hand or one that was
 * interrupted is seen for what it is. Optional packages are other platforms' binaries, most of them.
 */
export async function dependenciesAreCurrent() {
  const installed = await lockedPackages('node_modules/.package-lock.json')
  if (installed === undefined) return false
  const wanted = (await lockedPackages('package-lock.json')) ?? {}
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const found = installed[path]
    if (path === '' || found === undefined) return path === '' || optional === true
    return found.version === version && found.integrity === integrity
  })
}

/** Installs exactly what the lock file says, also where the machine is set to leave development packages out. */
export async function installDependencies() {
  await npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'])
}

/**
 * @param {string} path
 * @returns {Promise<Record<string, LockedPackage> | undefined>}
 */
async function lockedPackages(path) {
  const text = await readFile(join(root, path), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text).packages
}
