import type { Env } from './host.ts'
import type { ToolHost } from './tools.ts'
import { variableOf } from './variable.ts'

/** Where a program is, and where it was seen but not taken. */
export interface FoundProgram {
  /** Absolute path, or `undefined` where there is none. */
  path: string | undefined
  /** Paths in folders that anybody may write to, of files that may be anybody's. */
  passedOver: readonly string[]
}

/** What Windows starts: the extensions in the order that `PATHEXT` gives them, or this one. */
const windowsExtensions = ['.COM', '.EXE', '.BAT', '.CMD']

/**
 * Looks a program up in the absolute folders of `PATH`, in order: never in the current folder, and never in a relative
 * one. The first of the names that is anywhere wins. In a folder that anybody may write to, a file counts only if it is
 * this user's or root's and nobody else may write to it.
 */
export function findProgram(names: readonly string[], env: Env, host: ToolHost): FoundProgram {
  const isWindows = host.platform === 'win32'
  const folders = (variableOf(env, 'PATH', host.platform) ?? '')
    .split(isWindows ? ';' : ':')
    .map((folder) => (isWindows ? folder.replace(/^"(.*)"$/, '$1') : folder))
    .filter((folder) => (isWindows ? /^(?:[A-Za-z]:[\\/]|\\\\[^\\/])/ : /^\//).test(folder))
  const extensions = isWindows ? pathExtensions(env) : ['']
  const passedOver: string[] = []
  for (const name of names) {
    for (const folder of folders) {
      for (const extension of extensions) {
        const path = `${folder.replace(/[\\/]+$/, '')}${isWindows ? '\\' : '/'}${name}${extension}`
        const file = host.look(path)
        if (file?.isFile !== true || !(isWindows || file.mode & 0o111)) continue
        if (isWindows || !mayBeAnybodys(path, folder, file.mode, host)) return { path, passedOver }
        passedOver.push(path)
      }
    }
  }
  return { path: undefined, passedOver }
}

function pathExtensions(env: Env): readonly string[] {
  const listed = variableOf(env, 'PATHEXT', 'win32')?.split(';') ?? windowsExtensions
  const known = listed.filter((extension) => windowsExtensions.includes(extension.toUpperCase()))
  return known.map((extension) => extension.toLowerCase())
}

function mayBeAnybodys(path: string, folder: string, mode: number, { look, uid }: ToolHost): boolean {
  const isOpenToAll = ((look(folder)?.mode ?? 0) & 0o002) !== 0
  if (!isOpenToAll) return false
  const owners = [look(path)?.uid, look(path, 'link')?.uid]
  return (mode & 0o002) !== 0 || !owners.every((owner) => owner === 0 || owner === uid)
}
