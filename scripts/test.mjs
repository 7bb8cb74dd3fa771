import { checks } from './checks.mjs'
import { setUp } from './setup.mjs'
import { step } from './step.mjs'
import { vitest } from './vitest.mjs'

// Ended like this, and not by the signal itself, the run takes its temporary folders and its processes along.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

// npm test                                          everything
// node scripts/test.mjs --only lint                 one of: lint, types, unused, packages
// node scripts/test.mjs --only vitest [arguments]   the tests, or those that vitest's arguments choose
const [flag, only, ...args] = process.argv.slice(2)
const wanted = [...new Set(checks.map((check) => check.flag)), 'vitest']
if (flag !== undefined && (flag !== '--only' || !wanted.includes(only ?? ''))) {
  console.error(
    `npm test: ${[flag, only].join(' ').trim()} is not known. Use --only with one of: ${wanted.join(', ')}.`,
  )
  process.exit(2)
}

let passed = 0
let failed = 0
/** @type {string[]} */
let skipped = []

if (await setUp()) {
  for (const check of checks) {
    if (only !== undefined && only !== check.flag) continue
    if (await step(check.name, check.run)) passed += 1
    else failed += 1
  }
  if (only === undefined || only === 'vitest') {
    const tests = await vitest(args)
    passed += tests.passed
    failed += tests.failed
    skipped = tests.skipped
  }
} else failed = 1

for (const name of skipped) console.log(`  skipped: ${name}`)
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
