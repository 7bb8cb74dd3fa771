import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setUp } from './setup.mjs'
import { temporaryFolderOf } from './temporary-folder.mjs'
import { untilStopped } from './until-stopped.mjs'

const PROGRAM = 'examples/quickstart.ts'
const started = performance.now()

if (await setUp()) await untilStopped(demo)
else process.exitCode = 1

/** @param {import('./until-stopped.mjs').OnEnd} onEnd */
async function demo(onEnd) {
  // Imported here, because none of what they need is installed or built before set-up.
  const { startSandbox } = await import('../interop/sandbox.mjs')
  const { compile } = await import('./compile.mjs')

  const folder = await temporaryFolderOf('examples')
  await onEnd(folder.remove)
  const program = await compile(PROGRAM, folder.path)
  const sandbox = await startSandbox()
  await onEnd(sandbox.close)
  console.log(`
Microsoft Entra ID   ${sandbox.emulator.url}   (the emulator of this workspace)
Azure Storage        ${sandbox.storageUrl}   (Azurite)
The program          ${PROGRAM}
`)
  await show(program, sandbox.env, onEnd)
  console.log(`\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s. Both services have stopped.`)
}

/**
 * Runs a program to its end on this terminal.
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./until-stopped.mjs').OnEnd} onEnd
 */
async function show(program, env, onEnd) {
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const exit = once(child, 'exit')
  await onEnd(() => child.kill())
  const [code] = await exit
  if (code !== 0) throw new Error(`${PROGRAM} ended with code ${code}.`)
}
