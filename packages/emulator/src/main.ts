#!/usr/bin/env node
import { readFile } from 'node:fs/promises'
import { parseCommand, usage } from './cli/arguments.ts'
import { run, type Terminal } from './cli/run.ts'

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}

/** Runs the program; resolves once it has started. */
async function main(argv: readonly string[]): Promise<void> {
  const command = parseCommand(argv)
  if (command.name === 'help') return terminal.out(usage)
  if (command.name === 'version') return terminal.out(`${await version()}\n`)
  await run(command, terminal)
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return String((manifest as { version?: unknown }).version)
}

/** Prints one line, with a full stop, and sets exit code 2. */
function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  const [line = ''] = message.replace(/^(startEmulator|startSandbox|Emulator directory): /, '').split('\n')
  terminal.err(`entrada-emulator: ${line.replace(/\.?$/, '.')}\n`)
  process.exitCode = 2
}

// Whoever reads the output may stop reading (`| head`), which is not a reason to stop serving; nor is a closed terminal.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
main(process.argv.slice(2)).catch(fail)
