import type { Program } from './program.ts'
import { windowsFolder } from './windows-folder.ts'

/** What to pass to `spawn` on Windows. */
export interface WindowsCommand {
  file: string
  args: readonly string[]
  /** The arguments are a finished command line, and must not be quoted again. */
  isVerbatim: boolean
}

/**
 * Windows cannot start a batch file by itself: its command interpreter, named by its absolute path, runs it with a command
 * line in which tinyexec has quoted every special character. Everything else is started as it is. Rejects if the
 * environment does not name Windows' folder.
 */
export async function windowsCommand({ file, args, env, cwd }: Program): Promise<WindowsCommand> {
  if (!/\.(?:cmd|bat)$/i.test(file)) return { file, args, isVerbatim: false }
  const folder = windowsFolder(env)
  if (folder === undefined) throw Object.assign(new Error('SystemRoot is not set'), { code: 'ENOENT' })
  const { normalizeSpawnCommand } = await import('tinyexec')
  const comspec = `${folder}\\System32\\cmd.exe`
  const normalized = normalizeSpawnCommand(file, args, { cwd, env: { ...env, comspec } })
  return { file: comspec, args: normalized.args, isVerbatim: true }
}
