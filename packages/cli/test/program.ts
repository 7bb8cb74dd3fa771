import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { temporaryFolder } from '../../../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../../../testing/environment.mjs'

/** What a run of the program has left. */
export interface Finished {
  code: number | null
  output: string
  errors: string
}

/** What the program is started with. */
interface Start {
  /** Variables besides the test run's own; HOME and the configuration are folders of this test. */
  env?: NodeJS.ProcessEnv
  /** What it reads from standard input, which then ends. */
  input?: string
  cwd?: string
  /** One of its helpers. */
  helper?: 'git-credential-entrada' | 'docker-credential-entrada'
  /** Told all of standard error so far, whenever there is more. */
  onErrors?: (text: string) => void
}

const programs = ['main', 'git-credential-entrada', 'docker-credential-entrada'] as const

/** The command line as a program, of its own process. */
export interface Program {
  /** The file that `node` runs. */
  path: string
  /** A folder for `PATH`, in which other programs find `entrada` and its helpers by their names. */
  bin: string
  /** Home of whoever runs it: empty to begin with. */
  home: string
  /** Runs it to its end, or the helper of that name. */
  run(args: readonly string[], start?: Start): Promise<Finished>
  /** The environment that it runs in. */
  environment(env?: NodeJS.ProcessEnv): NodeJS.ProcessEnv
}

/**
 * Builds the program from source, as it is published (CommonJS, a chunk for each command), with this workspace's packages
 * in it, so that a test never runs what was built before.
 */
export async function buildProgram(): Promise<Program> {
  const { path: folder } = await temporaryFolder()
  const bundle = await rolldown({
    input: Object.fromEntries(
      programs.map((name) => [name, fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))]),
    ),
    platform: 'node',
    resolve: { conditionNames: ['@entrada/source', 'node', 'import'] },
    external: [/^node:/, '@entrada/keyring'],
    logLevel: 'silent',
  })
  await bundle.write({
    dir: join(folder, 'dist'),
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
  })
  await bundle.close()
  const path = join(folder, 'dist', 'main.cjs')
  const home = join(folder, 'home')
  const bin = join(folder, 'bin')
  await mkdir(bin)
  for (const name of programs) {
    const called = name === 'main' ? 'entrada' : name
    const script = `#!/bin/sh\nexec '${process.execPath}' '${join(folder, 'dist', `${name}.cjs`)}' "$@"\n`
    await writeFile(join(bin, called), script, { mode: 0o755 })
  }
  const environment = (env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv =>
    cleanEnvironment({
      HOME: home,
      XDG_CONFIG_HOME: undefined,
      ENTRADA_CONFIG: undefined,
      ENTRADA_PROFILE: undefined,
      ...env,
    })
  return {
    path,
    bin,
    home,
    environment,
    async run(args, { env, input = '', cwd = folder, onErrors, helper = 'main' } = {}) {
      const child = spawn(process.execPath, [join(folder, 'dist', `${helper}.cjs`), ...args], {
        cwd,
        env: environment(env),
        stdio: 'pipe',
      })
      const finished: Finished = { code: null, output: '', errors: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        finished.output += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        finished.errors += text
        onErrors?.(finished.errors)
      })
      // A program that does not read may be gone before everything is written.
      child.stdin.on('error', () => undefined).end(input)
      ;[finished.code] = await once(child, 'close')
      return finished
    },
  }
}
