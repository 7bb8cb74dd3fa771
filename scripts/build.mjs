import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { npm } from './command.mjs'
import { fingerprint } from './fingerprint.mjs'
import { root } from './workspace.mjs'

export const PACKAGES = ['emulator', 'entrada', 'keyring', 'redis']

const SHARED_INPUTS = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.json']
const INPUTS = ['src', 'package.json', 'tsconfig.json', 'build.mjs']
// In `node_modules`: whoever removes it or installs anew may have other tools, and builds again.
const STAMP = join(root, 'node_modules', '.entrada-build')

/** Whether the last build was made from the sources as they are now. */
export async function buildIsCurrent() {
  try {
    await Promise.all(PACKAGES.map((name) => access(join(root, 'packages', name, 'dist', 'index.js'))))
    return (await readFile(STAMP, 'utf8')) === (await inputs())
  } catch {
    return false
  }
}

/** Builds every package, and remembers from what. */
export async function build() {
  const from = await inputs()
  await npm(['run', 'build'])
  await writeFile(STAMP, from)
}

function inputs() {
  return fingerprint([
    ...SHARED_INPUTS,
    ...PACKAGES.flatMap((name) => INPUTS.map((input) => `packages/${name}/${input}`)),
  ])
}
