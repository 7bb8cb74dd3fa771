import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { compile } from './compile.mjs'
import { temporaryFolderOf } from './temporary-folder.mjs'
import { untilStopped } from './until-stopped.mjs'

/**
 * `npm run fleet [-- SECONDS CALLS_A_SECOND MEMBERS USERS]`: processes that share a Redis cluster, of which a master is
 * killed. It needs redis-server and redis-cli, takes the machine for ten minutes unless it is told otherwise, and is not part of CI.
 */
await untilStopped(fleet)

/** @param {import('./until-stopped.mjs').OnEnd} onEnd */
async function fleet(onEnd) {
  const folder = await temporaryFolderOf('bench')
  await onEnd(folder.remove)
  const child = spawn(process.execPath, [await compile('bench/fleet/main.ts', folder.path), ...process.argv.slice(2)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const exit = once(child, 'exit')
  await onEnd(() => child.kill())
  const [code] = await exit
  process.exitCode = code ?? 1
}
