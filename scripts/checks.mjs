import { join } from 'node:path'
import { PACKAGES } from './build.mjs'
import { node } from './command.mjs'
import { checkPackedPackages } from './packed-packages.mjs'
import { root } from './workspace.mjs'

/** @typedef {{ name: string, flag: string, run(): Promise<string | void> }} Check */

/** Everything that is checked without running a test. `flag` is what `--only` takes. @type {readonly Check[]} */
export const checks = [
  {
    name: 'lint and format (biome)',
    flag: 'lint',
    run: () => tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  },
  { name: 'types of the packages (tsc)', flag: 'types', run: () => tool('typescript/bin/tsc', '-b') },
  {
    name: 'types of all else (tsc)',
    flag: 'types',
    run: () => tool('typescript/bin/tsc', '-p', 'tsconfig.check.json'),
  },
  { name: 'nothing unused (knip)', flag: 'unused', run: () => tool('knip/bin/knip.js') },
  ...PACKAGES.map((name) => ({
    name: `package ${name} (publint)`,
    flag: 'packages',
    run: () => tool('publint/src/cli.js', '--strict', `packages/${name}`),
  })),
  { name: 'packed, installed elsewhere, run', flag: 'packages', run: checkPackedPackages },
]

/**
 * Runs a program that an installed package brings, without npx: that looks it up, and costs half a second.
 * @param {string} program from `node_modules`
 * @param {readonly string[]} args
 */
async function tool(program, ...args) {
  await node([join(root, 'node_modules', program), ...args])
}
