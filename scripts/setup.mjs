import { execSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Makes a fresh clone, or one that has moved on, ready to run: dependencies as the lock file says, then the build. Needs
 * Node and npm, nothing else: npm runs it before whatever needs it (`pretest`, `predemo`, `prebench`).
 */
const cwd = fileURLToPath(new URL('..', import.meta.url))
const options = { cwd, stdio: /** @type {const} */ ('inherit') }

// The last thing that an install does is to write down what it installed: where that is missing or older than the lock
// file, it broke off or was for another state. Development packages are wanted also where the machine leaves them out.
if (timeOf('node_modules/.package-lock.json') < timeOf('package-lock.json')) {
  execSync('npm ci --include=dev --include=optional --no-audit --no-fund', options)
}
execSync('npm run build --silent', options)

/** @param {string} path */
function timeOf(path) {
  return statSync(new URL(`../${path}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
