import type { Program } from './program.ts'
import { windowsFolder } from './windows-folder.ts'

/** What to hand to `spawn` on Windows. */
export interface WindowsCommand {
  file: string
  args: readonly string[]
  /** The arguments are a finished command line: nobody may quote them again. */
  isVerbatim: boolean
}

/**
 * A batch file can't be started by itself: Windows' command interpreter runs it, named by its absolute path, with a
 * command line in which tinyexec's rules have quoted every character that means something there. All else starts as
 * it is. Rejects where the environment does not name Windows' folder.
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
