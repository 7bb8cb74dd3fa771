#!/usr/bin/env node
import { readFile } from 'node:fs/promises'
import { parseCommand, usage } from './cli/arguments.ts'
import { summary } from './cli/summary.ts'
import type { DirectoryDeclaration } from './directory/declaration.ts'
import { createDirectory } from './directory/directory.ts'
import { defaultDirectory, readDirectoryFile } from './directory/load.ts'
import { parseDirectory } from './directory/parse.ts'
import { startEmulator } from './emulator.ts'

/** Runs the program; resolves once it is set up, while the servers keep the process alive. */
async function main(argv: readonly string[]): Promise<void> {
  const command = parseCommand(argv)
  if (command.name === 'help') return print(usage)
  if (command.name === 'version') return print(`${await version()}\n`)

  const { directoryFile, options, managedIdentities } = command
  const declared = directoryFile === undefined ? defaultDirectory() : await readDirectoryFile(directoryFile)
  const directory = createDirectory(parseDirectory(declared))
  const emulator = await startEmulator({ ...options, directory: declared as DirectoryDeclaration })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      emulator.close().then(() => print('Stopped.\n'), fail)
    })
  }
  const hosts = await Promise.all(managedIdentities.map((host) => emulator.managedIdentity({ host })))
  const issuer = options.issuer ?? 'local'
  print(summary({ emulator, directory, issuer, hosts, ...(directoryFile === undefined ? {} : { directoryFile }) }))
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return String((manifest as { version?: unknown }).version)
}

function print(text: string): void {
  process.stdout.write(text)
}

/** One line, with its full stop, and exit code 2. */
function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  const [line = ''] = message.replace(/^(startEmulator|Emulator directory): /, '').split('\n')
  process.stderr.write(`entrada-emulator: ${line.replace(/\.?$/, '.')}\n`)
  process.exitCode = 2
}

// Whoever reads the output may stop reading (`| head`), which is no reason to stop serving.
process.stdout.on('error', () => undefined)
main(process.argv.slice(2)).catch(fail)
