import { existsSync } from 'node:fs'
import { win32 } from 'node:path'

/** A program as a command line names it. */
export interface NamedProgram {
  /** Its name or path, and its arguments. */
  command: readonly [string, ...string[]]
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  platform: string
}

/** What to pass to `spawn`. */
export interface ResolvedProgram {
  file: string
  args: readonly string[]
  /** The arguments are a finished command line, and must not be quoted again. */
  isVerbatim: boolean
}

/** What Windows starts when a name has no extension, unless `PATHEXT` says otherwise. */
const usualExtensions = '.COM;.EXE;.BAT;.CMD'

/**
 * The file that a name stands for. Elsewhere the system finds it; on Windows `npm` means `npm.cmd`, which only the command
 * interpreter can run.
 */
export async function resolveProgram(
  { command: [name, ...args], env, cwd, platform }: NamedProgram,
  isThere: (path: string) => boolean = existsSync,
): Promise<ResolvedProgram> {
  if (platform !== 'win32') return { file: name, args, isVerbatim: false }
  const file = windowsFile(name, { env, cwd }, isThere) ?? name
  if (!/\.(?:cmd|bat)$/i.test(file)) return { file, args, isVerbatim: false }
  const root = setting(env, 'SystemRoot') ?? 'C:\\Windows'
  const comspec = `${root}\\System32\\cmd.exe`
  const { normalizeSpawnCommand } = await import('tinyexec')
  const quoted = normalizeSpawnCommand(file, args, { cwd, env: { ...env, comspec } })
  return { file: comspec, args: quoted.args, isVerbatim: true }
}

/** Looks in the folders of `PATH` alone: a file of the current folder is run by its path, not because it has a tool's name. */
function windowsFile(
  name: string,
  { env, cwd }: Pick<NamedProgram, 'env' | 'cwd'>,
  isThere: (path: string) => boolean,
): string | undefined {
  const isPath = /[\\/]/.test(name)
  const folders = isPath ? [''] : (setting(env, 'PATH') ?? '').split(';').filter((folder) => win32.isAbsolute(folder))
  const extensions = win32.extname(name) === '' ? (setting(env, 'PATHEXT') ?? usualExtensions).split(';') : ['']
  for (const folder of folders) {
    for (const extension of extensions) {
      const path = isPath ? win32.resolve(cwd, name + extension) : win32.join(folder, name + extension)
      if (isThere(path)) return path
    }
  }
  return undefined
}

/** Windows takes names of variables in any case. */
function setting(env: NamedProgram['env'], name: string): string | undefined {
  return Object.entries(env).find(([each]) => each.toUpperCase() === name.toUpperCase())?.[1]
}
