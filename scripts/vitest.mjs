import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.mjs'
import { createTestAuthority } from './test-authority.mjs'
import { root } from './workspace.mjs'

/** @typedef {{ passed: number, failed: number, skipped: string[] }} Tally */

/**
 * Runs vitest on this terminal, in an environment that trusts the run's certificate authority, and counts.
 * @param {readonly string[]} args for vitest: files, `-t name`
 * @returns {Promise<Tally>}
 */
export async function vitest(args) {
  const authority = await createTestAuthority()
  const folder = await temporaryFolder()
  try {
    const results = join(folder.path, 'results.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
    const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const child = spawn(process.execPath, [program, 'run', ...reporters, ...args], {
      cwd: root,
      env: authority.env,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const [code] = await once(child, 'exit')
    return tally(await readFile(results, 'utf8').catch(() => '{}'), code)
  } finally {
    authority.remove()
    folder.remove()
  }
}

/**
 * A run that failed without a failed test has failed all the same: a file that does not load, a promise nobody
 * caught, a run that broke off.
 * @param {string} results vitest's JSON report
 * @param {number | null} code its exit code
 * @returns {Tally}
 */
function tally(results, code) {
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = JSON.parse(results)
  /** @type {{ status: string, fullName: string }[]} */
  const tests = testResults.flatMap((/** @type {{ assertionResults: unknown[] }} */ file) => file.assertionResults)
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
  return {
    passed: numPassedTests,
    failed: numFailedTests === 0 && code !== 0 ? 1 : numFailedTests,
    skipped: skipped.map(({ fullName }) => fullName),
  }
}
