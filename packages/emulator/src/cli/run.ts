import { type Emulator, startEmulator } from '../api/emulator.ts'
import type { EmulatorOptions } from '../api/options.ts'
import { createDirectory } from '../directory/directory.ts'
import { parseDirectory } from '../directory/parse.ts'
import { writeVariables } from '../primitives/variables.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { RunCommand } from './arguments.ts'
import { writeCertificates } from './certificate-files.ts'
import { createReload, readConfiguration } from './configuration.ts'
import { requestLine } from './request-line.ts'
import { summary } from './summary.ts'
import { watchFiles } from './watch.ts'

/** Where the program writes. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
}

/** A closed terminal (SIGHUP) stops it, just as `kill` and Ctrl+C do. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Starts what a command asks for, and resolves when it is running; the servers keep the process alive until a signal.
 * If it cannot start, it rejects with an `Error` and leaves nothing behind.
 */
export async function run(command: RunCommand, terminal: Terminal): Promise<void> {
  // With --export, standard output gets nothing but the variables.
  const say = command.exportFormat === undefined ? terminal.out : terminal.err
  const starting = start(command, terminal, say)
  const stop = async (): Promise<void> => {
    const running = await starting.catch(() => undefined)
    await running?.close()
    say('Stopped.\n')
  }
  // A signal during the start waits until that is complete: otherwise its folders and processes would be left behind.
  for (const signal of stopSignals) process.once(signal, () => void stop())
  await starting
}

interface Running {
  close(): Promise<void>
}

/** The emulator, alone or with Azurite. */
type Started = Pick<Sandbox, 'emulator' | 'env' | 'close'> & Partial<Pick<Sandbox, 'storage' | 'storageEnded'>>

async function startServers(companion: RunCommand['companion'], options: EmulatorOptions): Promise<Started> {
  if (companion !== undefined) {
    const { startSandbox } = await import('../sandbox/sandbox.ts')
    return startSandbox(options)
  }
  const emulator: Emulator = await startEmulator(options)
  return { emulator, env: emulator.env, close: emulator.close }
}

async function start(command: RunCommand, terminal: Terminal, say: (text: string) => void): Promise<Running> {
  const { exportFormat } = command
  const configuration = await readConfiguration(command)
  const { options, managedIdentities, directoryFile, files } = configuration
  const { emulator, ...started } = await startServers(command.companion, {
    ...options,
    ...(command.quiet ? {} : { onRequest: (request) => say(requestLine(request)) }),
  })
  const reload = createReload({ command, configuration, say, setDirectory: emulator.setDirectory })
  const watcher = watchFiles(files, reload, (folder, { code }) =>
    say(`Changes in ${folder} cannot be watched for (${code}): restart after a change.\n`),
  )
  const close = (): Promise<void> => {
    watcher.close()
    return started.close()
  }
  try {
    // Catches changes between the first reading and the start of the watch.
    await reload()
    await writeCertificates(emulator, command.certificatesFor, options.state)
    const hosts = await Promise.all(managedIdentities.map((host) => emulator.managedIdentity({ host })))
    const directory = createDirectory(parseDirectory(emulator.directory))
    const variables = directory.apps.length === 0 ? {} : started.env()
    if (exportFormat) {
      const all = Object.assign({}, variables, ...hosts.map((host) => host.env))
      terminal.out(writeVariables(exportFormat, all))
    }
    say(
      summary({
        ...{ emulator, directory, hosts, variables },
        issuer: options.issuer ?? 'local',
        ...(started.storage === undefined ? {} : { storage: started.storage }),
        ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
        ...(directoryFile === undefined ? {} : { directoryFile }),
        kept: options.state !== undefined,
        exported: exportFormat !== undefined,
      }),
    )
    let closing = false
    started.storageEnded?.then((code) => {
      if (!closing) terminal.err(`Azurite has ended, with code ${code}.\n`)
    })
    return {
      close: () => {
        closing = true
        return close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
