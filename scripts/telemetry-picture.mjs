import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { compile } from './compile.mjs'
import { temporaryFolderOf } from './temporary-folder.mjs'
import { untilStopped } from './until-stopped.mjs'

/** `node scripts/telemetry-picture.mjs`: draws the dashboard of docs/telemetry.md from a run of three minutes. Needs Prometheus. */
await untilStopped(draw)

/** @param {import('./until-stopped.mjs').OnEnd} onEnd */
async function draw(onEnd) {
  const folder = await temporaryFolderOf('interop')
  await onEnd(folder.remove)
  const program = await compile('interop/telemetry/draw.ts', folder.path)
  const docs = fileURLToPath(new URL('../docs', import.meta.url))
  const child = spawn(process.execPath, [program, docs], { stdio: ['ignore', 'inherit', 'inherit'] })
  const exit = once(child, 'exit')
  await onEnd(() => child.kill())
  const [code] = await exit
  process.exitCode = code ?? 1
}
