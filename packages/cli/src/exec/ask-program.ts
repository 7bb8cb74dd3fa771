import { execFile } from 'node:child_process'
import { type NamedProgram, resolveProgram } from './resolve-program.ts'

/** What a program said. */
export interface ProgramAnswer {
  readonly code: number
  readonly output: string
  /** The first line of its standard error. */
  readonly complaint: string
}

/** Longest time that a program may take to answer, in milliseconds. */
const patience = 20_000

/** Runs a program without a shell and without input, and resolves with what it said; `undefined` where it is not there. */
export async function askProgram(program: NamedProgram): Promise<ProgramAnswer | undefined> {
  const { file, args, isVerbatim } = await resolveProgram(program)
  const { cwd, env } = program
  const options = { cwd, env, timeout: patience, maxBuffer: 1 << 20, windowsVerbatimArguments: isVerbatim }
  return new Promise((resolve) => {
    const child = execFile(file, args, options, (error, output, complaints) => {
      if (error?.code === 'ENOENT' || error?.code === 'ENOTDIR' || error?.code === 'EACCES') return resolve(undefined)
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, output, complaint: complaints.trim().split('\n', 1)[0] ?? '' })
    })
    child.stdin?.end()
  })
}
