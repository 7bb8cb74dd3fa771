import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { npm } from './command.mjs'
import { root } from './workspace.mjs'

/** Where Debian's `softhsm2` puts its PKCS#11 library. */
export const SOFT_HSM_LIBRARY = '/usr/lib/softhsm/libsofthsm2.so'

/** Where Debian's `libsecret-1-dev` puts the header that the library of the secret store is compiled with. */
const LIBSECRET_HEADER = '/usr/include/libsecret-1/libsecret/secret.h'

/**
 * Packages that need a compiler, each with a lock file of its own, so that nobody who lacks one is kept from installing
 * the workspace. `component` is the file of the software that their tests need.
 */
export const NATIVE_PACKAGES = [
  { folder: 'interop/soft-hsm', component: SOFT_HSM_LIBRARY },
  { folder: 'interop/keyring', component: LIBSECRET_HEADER },
]

/** The folders of those whose component is here, and which are not installed as their lock file says. */
export async function missingNativePackages() {
  const wanted = NATIVE_PACKAGES.filter(({ component }) => existsSync(component))
  const states = await Promise.all(wanted.map(async ({ folder }) => ({ folder, current: await isCurrent(folder) })))
  return states.filter(({ current }) => !current).map(({ folder }) => folder)
}

/**
 * Installs and compiles one.
 * @param {string} folder
 */
export async function installNativePackage(folder) {
  // The headers that came with this Node, where they did: node-gyp would download them.
  const prefix = dirname(dirname(process.execPath))
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {}
  // Compiled, not downloaded as a binary from wherever its authors keep one.
  const env = { ...process.env, ...headers, npm_config_build_from_source: 'true' }
  await npm(['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: join(root, folder), env })
}

/**
 * Whether npm wrote down, as the last thing that it does, that it installed this lock file.
 * @param {string} folder
 */
async function isCurrent(folder) {
  const read = async (/** @type {string} */ path) => {
    const { packages } = JSON.parse(await readFile(join(root, folder, path), 'utf8').catch(() => '{ "packages": {} }'))
    return Object.entries(packages).flatMap(([name, { integrity }]) => (name === '' ? [] : [`${name} ${integrity}`]))
  }
  const [wanted, installed] = await Promise.all([read('package-lock.json'), read('node_modules/.package-lock.json')])
  return wanted.join() === installed.join()
}
