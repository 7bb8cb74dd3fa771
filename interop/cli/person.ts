import { type ExecFileException, execFile, type SpawnOptions } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { inject, onTestFinished } from 'vitest'
import { variablesOf } from '../../packages/cli/test/app.ts'
import type { Program } from '../../packages/cli/test/program.ts'
import { temporaryFolder } from '../../scripts/temporary-folder.mjs'

/** What a command has said. */
interface Said {
  code: number
  output: string
  errors: string
}

/** Somebody with a home of their own, who has `entrada` and its helpers on `PATH`. */
export interface Person {
  home: string
  /** A file with the authority that everything in this test trusts. */
  caFile: string
  env: NodeJS.ProcessEnv
  /** Runs any program, and never rejects. */
  run(command: readonly [string, ...string[]], options?: { env?: NodeJS.ProcessEnv; cwd?: string }): Promise<Said>
}

/** Where the tools would find their configuration, were it not for the home. */
const foreign =
  /^(npm_.*|DOCKER_CONFIG|GIT_CONFIG_GLOBAL|KUBECONFIG|PGSERVICEFILE|PGPASSFILE|REGISTRY_AUTH_FILE|XDG_.*)$/i

export async function openPerson(program: Program, emulator: Emulator): Promise<Person> {
  const { path: home, remove } = await temporaryFolder()
  onTestFinished(remove)
  const caFile = join(home, 'ca.pem')
  await writeFile(caFile, inject('authority').certificate)
  const env = program.environment({
    ...Object.fromEntries(Object.keys(process.env).flatMap((name) => (foreign.test(name) ? [[name, undefined]] : []))),
    HOME: home,
    PATH: [program.bin, process.env.PATH].join(delimiter),
    GIT_TERMINAL_PROMPT: '0',
    ...variablesOf(emulator),
  })
  return {
    home,
    caFile,
    env,
    run: ([file, ...args], options = {}) =>
      new Promise((resolve) => {
        const all: SpawnOptions = { cwd: home, ...options, env: { ...env, ...options.env } }
        const child = execFile(file, args, { ...all, encoding: 'utf8' }, (error, output, errors) =>
          resolve({ code: codeOf(error), output, errors }),
        )
        child.stdin?.end()
      }),
  }
}

function codeOf(error: ExecFileException | null): number {
  if (error === null) return 0
  return typeof error.code === 'number' ? error.code : -1
}
