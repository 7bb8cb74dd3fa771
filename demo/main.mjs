import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startSandbox } from '../interop/sandbox.mjs'
import { compile } from '../scripts/compile.mjs'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { untilStopped } from '../scripts/until-stopped.mjs'
import { address, bold, dim, good } from './colours.mjs'
import { tellStory } from './story.mjs'

/**
 * `npm run demo [-- --keep]`: the quick start against the emulator and Azurite, and what the library does for a crowd and in an
 * outage. Both services stay up with `--keep`.
 */
const PROGRAM = 'examples/quickstart.ts'
const started = performance.now()

await untilStopped(demo)

/** @param {import('../scripts/until-stopped.mjs').OnEnd} onEnd */
async function demo(onEnd) {
  const keep = process.argv.includes('--keep')
  const folder = await temporaryFolderOf('examples')
  await onEnd(folder.remove)
  const program = await compile(PROGRAM, folder.path)
  const sandbox = await startSandbox()
  await onEnd(sandbox.close)
  const { emulator, storageUrl, env } = sandbox
  console.log(`
${bold('Microsoft Entra ID')}   ${address(emulator.url)}   ${dim("(this workspace's emulator)")}
${bold('Azure Storage')}        ${address(storageUrl)}   ${dim('(Azurite)')}
${bold('Live view')}            ${address(`${emulator.httpUrl}/`)}   ${dim('(each request, while they run)')}
${bold('The program')}          ${PROGRAM}
`)
  await show(program, env, onEnd)
  await tellStory(emulator, env)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (keep) {
    console.log(await nextSteps(sandbox, folder.path, program, seconds))
    await new Promise((resolve) => onEnd(() => resolve(undefined)))
  } else {
    console.log(`
${good(`Done in ${seconds} s.`)} Both services have stopped. \`npm run demo -- --keep\` keeps
them up, with the live view of each request.`)
  }
}

/**
 * Runs a program to its end on this terminal.
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @param {import('../scripts/until-stopped.mjs').OnEnd} onEnd
 */
async function show(program, env, onEnd) {
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const exit = once(child, 'exit')
  await onEnd(() => child.kill())
  const [code] = await exit
  if (code !== 0) throw new Error(`${PROGRAM} ended with code ${code}.`)
}

/**
 * What to try while both are up. The variables are in a file, which is gone with them.
 * @param {Awaited<ReturnType<typeof startSandbox>>} sandbox
 * @param {string} folder
 * @param {string} program
 * @param {string} seconds
 */
async function nextSteps({ emulator, env }, folder, program, seconds) {
  const file = join(folder, 'sandbox.env')
  const names = Object.keys(env).filter((name) => name.startsWith('AZURE_') || name === 'NODE_EXTRA_CA_CERTS')
  await writeFile(file, names.map((name) => `export ${name}='${env[name]}'\n`).join(''), { mode: 0o600 })
  return `
${good(`Done in ${seconds} s.`)} Both services stay up. Try next, in another terminal:

1. See what the program asked for, what it got, and why the outage cost nothing:
   open ${address(`${emulator.httpUrl}/`)} in a browser
2. Run it again, or any program of yours, as the same application:
   . ${file} && node ${program}
3. See how a wrong secret is refused, and what to do about it:
   . ${file} && AZURE_CLIENT_SECRET=wrong node ${program}

Ctrl+C stops both.`
}
