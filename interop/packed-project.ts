import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../testing/environment.mjs'
import type { Component } from './components.ts'
import { installPacked } from './packed-packages.ts'

const toolFolder = fileURLToPath(new URL('projects/node_modules/', import.meta.url))

/** The tools that projects are built and tested with: `interop/projects`, which `npm run test:all` installs. */
export const projectTools: Component = {
  name: 'What projects are built with (interop/projects)',
  debian: 'nodejs npm',
  present: [`${toolFolder}typescript/package.json`, `${toolFolder}next/package.json`],
}

/** A folder of somebody's project, which has installed what npm would publish of this workspace. */
export interface PackedProject {
  readonly folder: string
  readonly tarballs: readonly string[]
  /** Writes files, by their paths in the project. What is not a string is written as JSON. */
  write(files: Readonly<Record<string, string | object>>): Promise<void>
  /** Runs a file with this Node, by default in the project's folder. Tells the exit code and all that it said. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>
  remove(): Promise<void>
}

interface RunOptions {
  /** A folder of the project. */
  cwd?: string
  env?: NodeJS.ProcessEnv
}

export interface Ran {
  code: number
  output: string
}

/** Makes one. `tools` can be imported by their names in it. */
export async function packedProject(tools: readonly string[] = []): Promise<PackedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-project-'))
  const tarballs = await installPacked(folder, ['entrada', 'emulator', 'keyring', 'redis', 'verify'])
  for (const tool of tools)
    await symlink(tool.startsWith('/') ? tool : toolPath(tool), join(folder, 'node_modules', tool.replace(/^.*\//, '')))
  return {
    folder,
    tarballs,
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
      }
    },
    run: (args, { cwd = '.', env } = {}) =>
      runProgram(process.execPath, args, { cwd: join(folder, cwd), env: { NO_COLOR: '1', ...env } }),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The path of a file of a tool. */
export function toolPath(path: string): string {
  return join(toolFolder, path)
}

/** Runs a program without what belongs to the machine's owner. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, env: cleanEnvironment(env), maxBuffer: 1 << 26 }
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
      resolve({ code, output: `${stdout}${stderr}`.trim() })
    })
  })
}
