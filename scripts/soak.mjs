import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { compile } from './compile.mjs'
import { temporaryFolderOf } from './temporary-folder.mjs'
import { untilStopped } from './until-stopped.mjs'

/** `npm run soak [-- SECONDS [SEED]]`: the packages as built, under load and faults, for 600 s unless it is told otherwise. */
await untilStopped(soak)

/** @param {import('./until-stopped.mjs').OnEnd} onEnd */
async function soak(onEnd) {
  const folder = await temporaryFolderOf('bench')
  await onEnd(folder.remove)
  const program = await compile('bench/soak/main.ts', folder.path)
  const flags = ['--enable-source-maps', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, program, ...process.argv.slice(2)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, SOAK_FOLDER: folder.path },
  })
  const exit = once(child, 'exit')
  await onEnd(() => child.kill())
  const [code] = await exit
  process.exitCode = code ?? 1
}
