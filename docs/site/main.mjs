import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, watch } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeReference } from './reference.mjs'
import { root, stage } from './stage.mjs'

/**
 * `npm run docs` builds the site into `docs/site/dist`; `npm run docs:dev` serves it on loopback, and follows what is written.
 * The tools have a lock file of their own, so that nobody who does not need them waits for them.
 */
const here = fileURLToPath(new URL('.', import.meta.url))
const pages = join(here, '.tmp/pages')
const [command = 'build'] = process.argv.slice(2)

if (timeOf('node_modules/.package-lock.json') < timeOf('package-lock.json')) {
  // No script of a package runs: what they would fetch comes as packages.
  const options = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', ['ci', ...options], { cwd: here, stdio: 'inherit' })
}
await rm(pages, { recursive: true, force: true })
await stage(pages)
await writeReference(join(pages, 'api'))
if (command === 'dev') follow()
const program = join(here, 'node_modules/vitepress/bin/vitepress.js')
// In its own folder: it makes a link in the node_modules of wherever it is started.
const [code] = await once(spawn(process.execPath, [program, command, '.'], { cwd: here, stdio: 'inherit' }), 'exit')
process.exitCode = code ?? 1

/** Stages again when a page is written, once for what an editor writes at one time. */
function follow() {
  /** @type {NodeJS.Timeout | undefined} */
  let planned
  for (const folder of ['docs', 'docs/credentials', 'docs/decisions', '.']) {
    watch(join(root, folder), (_, name) => {
      if (name?.endsWith('.md') !== true) return
      clearTimeout(planned)
      planned = setTimeout(() => stage(pages).catch((error) => console.error(error.message)), 100)
    })
  }
}

/** @param {string} path */
function timeOf(path) {
  return statSync(join(here, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
