import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { untilStopped } from './until-stopped.mjs'

/**
 * `npm run forgeries [-- COUNT [SEED]]`: shows so many forged tokens, and a fifth as many good ones, to `@entrada/verify` and to
 * others, and writes how many each takes, for docs/verification.md. 100,000 take some ten minutes.
 */
await untilStopped(forgeries)

/** @param {import('./until-stopped.mjs').OnEnd} onEnd */
async function forgeries(onEnd) {
  const [count = '5000', seed] = process.argv.slice(2)
  if (!(Number(count) >= 5 && Number(count) % 5 === 0)) throw new Error(`How many? ${count} is not a multiple of 5.`)
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
  const child = spawn(process.execPath, [vitest, 'run', 'interop/forgeries.system.test.ts'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ENTRADA_TEST_FORGERIES: count, ...(seed && { ENTRADA_TEST_SEED: seed }) },
  })
  const exit = once(child, 'exit')
  await onEnd(() => child.kill())
  const [code] = await exit
  process.exitCode = code ?? 1
}
