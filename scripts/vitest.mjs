import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createTestAuthority } from './test-authority.mjs'
import { root } from './workspace.mjs'

/** @typedef {{ passed: number, failed: number, skipped: string[] }} Tally */

const OPTIONS = ['--reporter=default', '--reporter=./scripts/tally-reporter.mjs', '--slowTestThreshold=3000']

/**
 * Runs vitest on this terminal, in an environment that trusts the run's certificate authority, and counts.
 * @param {readonly string[]} args for vitest: files, `-t name`
 * @returns {Promise<Tally>}
 */
export async function vitest(args) {
  const authority = await createTestAuthority()
  try {
    const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const child = spawn(process.execPath, [program, 'run', ...OPTIONS, ...args], {
      cwd: root,
      env: authority.env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    process.once('exit', () => child.kill())
    /** @type {Tally} */
    let tally = { passed: 0, failed: 0, skipped: [] }
    child.on('message', (message) => {
      tally = /** @type {Tally} */ (message)
    })
    const [code] = await once(child, 'close')
    // A run that broke off, or found no test, told nothing and has failed all the same.
    return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
  } finally {
    authority.remove()
  }
}
