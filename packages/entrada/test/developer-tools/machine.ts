import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TokenCredentialOptions } from 'entrada'
import type { FileLook } from '../../src/runtime/files/look.ts'
import type { Ended, Program } from '../../src/runtime/process/program.ts'

/** A token that no output may hold. */
export const token = `eyJ0eXAiOiJKV1QifQ.${'eyJzdWIiOiJhZGEifQ'.repeat(12)}.${'s1gnature-_'.repeat(30)}`
export const scope = 'https://vault.azure.net/.default'
export const start = Date.UTC(2026, 10, 23, 8, 0, 0)

/** A folder for `PATH` and a home on this machine, whose programs are real. */
export interface Machine {
  folder: string
  bin: string
  env: Record<string, string>
  /** Writes a program; a text without `#!` is one of the shell. Gives its path. */
  install(name: string, text: string, folder?: string): string
  /** Writes a file below the home. */
  write(path: string, text: string): void
  [Symbol.dispose](): void
}

export function createMachine(): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-machine-'))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  return {
    folder,
    bin,
    env: { PATH: bin, HOME: folder },
    install(name, text, into = bin) {
      mkdirSync(into, { recursive: true })
      const path = join(into, name)
      writeFileSync(path, text.startsWith('#!') ? text : `#!/bin/sh\n${text}\n`)
      chmodSync(path, 0o755)
      return path
    },
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What the Azure CLI prints. */
export function azAnswer(value = token, seconds = Math.floor(Date.now() / 1000) + 3600): string {
  return JSON.stringify({ accessToken: value, expires_on: seconds, tokenType: 'Bearer' })
}

/** A shell's command that prints a text as it is. */
export function says(text: string): string {
  return `printf '%s' '${text.replaceAll("'", `'\\''`)}'`
}

/** Options for a credential on a machine that is only thought of: its programs, its files and its clock. */
export interface Imagined {
  options: TokenCredentialOptions
  /** The programs that were started. */
  started: Program[]
  /** The files that are there. */
  files: Map<string, Partial<FileLook>>
  clock: { time: number }
}

export function imagine(
  answer: (program: Program, signal: AbortSignal) => Partial<Ended> | Promise<Partial<Ended>>,
  { platform = 'linux', env = {} as Record<string, string> } = {},
): Imagined {
  const started: Program[] = []
  const clock = { time: start }
  const names = platform === 'win32' ? ['az.cmd', 'azd.exe', 'pwsh.exe'] : ['az', 'azd', 'pwsh']
  const bin = platform === 'win32' ? 'C:\\bin\\' : '/bin/'
  const files = new Map<string, Partial<FileLook>>(names.map((name) => [`${bin}${name}`, {}]))
  const base =
    platform === 'win32' ? { PATH: 'C:\\bin', SystemRoot: 'C:\\Windows' } : { PATH: '/bin', HOME: '/home/ada' }
  const host = {
    platform,
    env: { ...base, ...env },
    now: () => clock.time,
    look(path: string): FileLook | undefined {
      const file = files.get(path)
      return file && { stamp: '1', isFile: true, mode: 0o100755, uid: 0, gid: 0, ...file }
    },
    async run(program: Program, signal: AbortSignal): Promise<Ended> {
      started.push(program)
      return { code: 0, stdout: '', stderr: '', ...(await answer(program, signal)) }
    },
  }
  return { options: { host }, started, files, clock }
}
