import { execSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Installs the packages that some tests of other people's software need: build tools and other runtimes, which are large, and,
 * where that software is here, those that are compiled. Each folder has a lock file of its own, so that nobody who lacks a
 * compiler is kept from installing the workspace, and nobody who runs `npm test` waits for what it does not need; one that
 * can't be installed costs its own tests, which say so, and no others.
 */
const components = {
  // The tools that projects are built and tested with, as npm brings them.
  'interop/projects': undefined,
  // What the documentation's site is built with, likewise.
  'docs/site': undefined,
  // The PKCS#11 library of Debian's softhsm2.
  'interop/soft-hsm': '/usr/lib/softhsm/libsofthsm2.so',
  // The header of Debian's libsecret-1-dev.
  'interop/keyring': '/usr/include/libsecret-1/libsecret/secret.h',
  // Nothing but Node's own npm: 900 MB.
  'interop/runtimes': process.execPath,
  // Nothing is compiled for it; it is old, and brings much that is older.
  'interop/passport': process.execPath,
}

// The headers that came with this Node, where they did: node-gyp would download them.
const prefix = dirname(dirname(process.execPath))
const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {}

for (const [folder, component] of Object.entries(components)) {
  const cwd = fileURLToPath(new URL(`../${folder}`, import.meta.url))
  const isCurrent = timeOf(join(cwd, 'node_modules/.package-lock.json')) >= timeOf(join(cwd, 'package-lock.json'))
  if ((component !== undefined && !existsSync(component)) || isCurrent) continue
  try {
    // Compiled, not downloaded as a binary from wherever its authors keep one.
    const env = { ...process.env, ...headers, npm_config_build_from_source: 'true' }
    const scripts = component === undefined ? ' --ignore-scripts' : ''
    execSync(`npm ci --include=dev --no-audit --no-fund${scripts}`, { cwd, env, stdio: 'inherit' })
  } catch {
    console.error(`${folder} could not be installed. Its tests say what they miss.`)
  }
}

/** @param {string} path */
function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
