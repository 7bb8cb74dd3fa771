import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll } from 'vitest'

/** A started program. */
export interface Run {
  child: ChildProcess
  output(): string
  errors(): string
  /** Resolves with a match once the output has one; rejects when the program ends before. */
  until(pattern: RegExp | string): Promise<RegExpExecArray>
  /** The same for standard error. */
  untilError(pattern: RegExp | string): Promise<RegExpExecArray>
  /** The value of a variable in its output. */
  variable(name: string): string
  /** Stops it, and resolves with its exit code and the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<unknown[]>
}

/** The command line, bundled from source into a folder that looks like the package. */
export interface Program {
  folder: string
  start(...flags: readonly string[]): Run
  /** Runs it to its end. */
  finish(...flags: readonly string[]): Promise<{ code: unknown; output: string; errors: string }>
}

/** It runs in `cwd`, by default where the tests run. */
export async function buildProgram(cwd?: string): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'emulator-cli-'))
  afterAll(() => rm(folder, { recursive: true }))
  const program = join(folder, 'dist', 'main.js')
  const packageFile = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
  await build({
    entryPoints: [packageFile('src/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  })
  await copyFile(packageFile('package.json'), join(folder, 'package.json'))
  const start = (...flags: readonly string[]): Run => startProgram(program, flags, cwd)
  return {
    folder,
    start,
    finish: async (...flags) => {
      const run = start(...flags)
      const [code] = await once(run.child, 'close')
      return { code, output: run.output(), errors: run.errors() }
    },
  }
}

function startProgram(program: string, flags: readonly string[], cwd: string | undefined): Run {
  const child = spawn(process.execPath, [program, ...flags], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const matchIn =
    (stream: 'stdout' | 'stderr', text: () => string) =>
    async (pattern: RegExp | string): Promise<RegExpExecArray> => {
      const expression = typeof pattern === 'string' ? new RegExp(quoted(pattern)) : pattern
      for (;;) {
        const match = expression.exec(text())
        if (match) return match
        if (child.exitCode !== null) throw new Error(`The program ended without ${pattern}: ${output}${errors}`)
        await Promise.race([once(child[stream], 'data'), closed])
      }
    }
  return {
    child,
    output: () => output,
    errors: () => errors,
    until: matchIn('stdout', () => output),
    untilError: matchIn('stderr', () => errors),
    variable: (name) => new RegExp(`export ${name}=(\\S+)`).exec(output)?.[1] ?? '',
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return closed
    },
  }
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
