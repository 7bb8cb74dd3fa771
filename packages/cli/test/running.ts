import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { Program } from './program.ts'

/** The program, started and not waited for. */
export interface Running {
  child: ChildProcess
  output(): string
  errors(): string
  /** Resolves with a match once standard output has one; rejects when the program ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** The same for standard error. */
  untilError(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with the exit code and the signal that ended it. */
  ended: Promise<[number | null, NodeJS.Signals | null]>
}

/** Starts it in a session of its own, so that it has no terminal; it and its children end with the test. */
export function start(program: Program, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [program.path, ...args], {
    env: program.environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  const ended = once(child, 'close') as Running['ended']
  onTestFinished(() => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // All of them have ended.
    }
  })
  const untilIn = (name: 'stdout' | 'stderr') => async (pattern: RegExp) => {
    for (;;) {
      const match = pattern.exec(texts[name])
      if (match) return match
      if (child.exitCode !== null) throw new Error(`It ended without ${pattern}: ${texts.stdout}${texts.stderr}`)
      await Promise.race([once(child[name], 'data'), ended])
    }
  }
  return {
    child,
    output: () => texts.stdout,
    errors: () => texts.stderr,
    until: untilIn('stdout'),
    untilError: untilIn('stderr'),
    ended,
  }
}
