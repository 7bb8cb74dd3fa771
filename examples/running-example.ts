import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { compile } from '../scripts/compile.mjs'

/** An example that runs as a process of its own, as a user would run it. */
export interface RunningExample {
  /** The next line it prints; rejects with what it said on standard error when it ends first. */
  nextLine(): Promise<string>
  /** Waits for its end. */
  finished(): Promise<{ code: number | null; output: string; errors: string }>
  kill(signal: NodeJS.Signals): void
}

/** Compiles an example, given by its path in this folder, into `folder`, and starts it. */
export async function startExample(
  name: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[] = [],
): Promise<RunningExample> {
  return startProgram(await compile(`examples/${name}`, folder), env, args)
}

/** Starts a program, given by its path. */
export function startProgram(path: string, env: NodeJS.ProcessEnv, args: readonly string[] = []): RunningExample {
  const child = spawn(process.execPath, [path, ...args], { env })
  const closed = once(child, 'close')
  const lines: string[] = []
  const errors: string[] = []
  child.stderr.on('data', (chunk) => errors.push(String(chunk)))
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line))
  return {
    async nextLine() {
      const [line] = await Promise.race([once(reader, 'line'), closed.then(() => [])])
      if (line === undefined) throw new Error(`${path} ended: ${errors.join('')}`)
      return line
    },
    async finished() {
      const [code] = await closed
      return { code, output: lines.join('\n'), errors: errors.join('') }
    },
    kill: (signal) => child.kill(signal),
  }
}
