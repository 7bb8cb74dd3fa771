import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Makes a fresh clone, or one that has moved on, ready to run: dependencies as the lock file says, then the build, and says what
 * takes so long. It does neither where nothing has changed since. Needs Node and npm, nothing else: npm runs it before whatever
 * needs it (`pretest`, `predemo`, `prebench`). `setup.mjs demo` installs and builds what the demo needs alone, in half the time.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const forDemo = process.argv[2] === 'demo'
/** Is there while only the demo's part is installed. Another install of everything takes it away. */
const onlyDemo = join(root, 'node_modules/.only-demo')
/** When everything was last built here. */
const built = join(root, '.tmp/built')

await install()
await build()

async function install() {
  // The last thing that an install does is to write down what it installed: where that is missing or older than the lock
  // file, it broke off or was for another state. Development packages are wanted also where the machine leaves them out.
  const isCurrent = timeOf('node_modules/.package-lock.json') >= timeOf('package-lock.json')
  if (isCurrent && (forDemo || !existsSync(onlyDemo))) return
  const options = [
    '--include=dev',
    '--include=optional',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const part = forDemo ? ['--workspace', 'demo'] : []
  await step(
    `Installing what ${forDemo ? 'the demo needs' : 'package-lock.json says'}, ${forDemo ? 'half a minute' : 'a minute or two'}, once`,
    [() => npm(['ci', ...options, ...part])],
  )
  if (forDemo) writeFileSync(onlyDemo, '')
}

async function build() {
  const all = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'package.json')),
  )
  if (all.every(isBuilt)) return
  // Without types what is there is not what is published, so that it does not count as built.
  rmSync(built, { force: true })
  const packages = forDemo ? ['entrada', 'emulator'] : all
  // All declarations at once: the packages' own compilers find them done, and don't write the same files at the same time.
  if (!forDemo) await step('Checking types', [() => npm(['exec', '--', 'tsc', '-b'])])
  const how = forDemo ? ['--', '--without-types'] : []
  await step(
    `Building ${packages.join(', ')}`,
    packages.map((name) => () => npm(['run', 'build', '--silent', '--workspace', `packages/${name}`, ...how])),
  )
  if (forDemo) return
  mkdirSync(join(root, '.tmp'), { recursive: true })
  writeFileSync(built, '')
}

/** Whether nothing that a package is built from has changed since. */
function isBuilt(/** @type {string} */ name) {
  const parts = ['src', 'package.json', 'build.mjs', 'tsconfig.json'].map((part) => `packages/${name}/${part}`)
  const since = timeOf(built)
  const sources = [...parts, 'scripts/build-package.mjs', 'package-lock.json', 'tsconfig.base.json']
  return existsSync(join(root, 'packages', name, 'dist')) && sources.every((path) => newest(join(root, path)) < since)
}

/** When a file, or anything in a folder, was last written; a folder is when one of its files goes. */
function newest(/** @type {string} */ path) {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() !== true) return found?.mtimeMs ?? 0
  /** @type {number} */
  const inside = readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), found.mtimeMs)
  return inside
}

/**
 * Does a few things, as many at a time as there are processors, and says what and for how long.
 * @param {string} what
 * @param {(() => Promise<void>)[]} tasks
 */
async function step(what, tasks) {
  const begun = performance.now()
  process.stdout.write(`${what} … `)
  const waiting = [...tasks]
  const lane = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task()
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, lane))
  process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(0)} s\n`)
}

/** Runs npm, whose words are shown when it fails. */
async function npm(/** @type {string[]} */ args) {
  const npmProgram = process.env.npm_execpath
  const [command, before] = npmProgram === undefined ? ['npm', []] : [process.execPath, [npmProgram]]
  const child = spawn(command, [...before, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const [code] = await once(child, 'close')
  if (code === 0) return
  console.error(`\n${said}`)
  process.exit(1)
}

/** @param {string} path */
function timeOf(path) {
  return statSync(new URL(path, new URL('..', import.meta.url)), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
