import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { compile } from './compile.mjs'
import { temporaryFolderOf } from './temporary-folder.mjs'
import { untilStopped } from './until-stopped.mjs'

/** `npm run bench [-- WORD…]`: measures against the peers, or the rows alone whose text has one of the words. */
await untilStopped(bench)

/** @param {import('./until-stopped.mjs').OnEnd} onEnd */
async function bench(onEnd) {
  // Inside the workspace `bench`, so that it measures the packages that are installed there, and ours as built.
  const folder = await temporaryFolderOf('bench')
  await onEnd(folder.remove)
  const program = await compile('bench/main.ts', folder.path)
  const child = spawn(process.execPath, ['--expose-gc', program, ...process.argv.slice(2)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, BENCH_FOLDER: folder.path },
  })
  const exit = once(child, 'exit')
  await onEnd(() => child.kill())
  const [code] = await exit
  process.exitCode = code ?? 1
}
