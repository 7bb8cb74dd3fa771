import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Command, defineCommand } from '../framework/command.ts'
import { Failure } from '../framework/failure.ts'

export const command: Command = defineCommand({
  name: 'emulator',
  summary: 'Run a local emulator of Microsoft Entra ID until it is stopped: what follows -- goes to it.',
  usage: '[-- <options of the emulator>]',
  takesRest: true,
  options: {},
  examples: [
    { does: 'What it can do', line: 'entrada emulator -- --help' },
    {
      does: 'On a port of its own, with a managed identity',
      line: 'entrada emulator -- --port 8443 --managed-identity imds',
    },
  ],
  async run({ rest, world }) {
    // As its own process: it reads its command line, and listens to signals, by itself.
    const child = spawn(process.execPath, [programOf('@entrada/emulator'), ...rest], {
      stdio: 'inherit',
      env: world.env as NodeJS.ProcessEnv,
    })
    const stop = world.onSignal((signal) => child.kill(signal))
    try {
      return await new Promise<number>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)))
      })
    } finally {
      stop()
    }
  },
})

function programOf(name: string): string {
  try {
    const manifest = createRequire(__filename).resolve(`${name}/package.json`)
    return join(dirname(manifest), 'dist', 'main.js')
  } catch (error) {
    throw new Failure(`${name} is not installed here.`, { remedy: `Install it: npm install -g ${name}.`, cause: error })
  }
}
