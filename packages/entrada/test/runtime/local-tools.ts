import type { Ended, Program } from '../../src/runtime/process/program.ts'
import { runProgram } from '../../src/runtime/process/run-program.ts'

/** Runs a program of this machine in an empty environment. */
export async function localTools(): Promise<(program: Pick<Program, 'file' | 'args' | 'timeoutMs'>) => Promise<Ended>> {
  return (program) => runProgram({ env: {}, cwd: '/', maximumBytes: 10_000, ...program }, new AbortController().signal)
}
