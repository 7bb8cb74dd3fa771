import { type Env, settingOf } from '../environment.ts'
import type { ToolHost } from './tools.ts'

/** Where a program is, and where it was found but not accepted. */
export interface FoundProgram {
  /** Absolute path, or `undefined` if there is none. */
  path: string | undefined
  /** Files that may be somebody else's, because others may write to their folder, and why each was not accepted. */
  passedOver: readonly { path: string; why: string }[]
}

/** The extensions that Windows starts, in this order unless `PATHEXT` gives another. */
const windowsExtensions = ['.COM', '.EXE', '.BAT', '.CMD']

/**
 * Looks a program up in the absolute folders of `PATH`, in order; never in the current folder or a relative one. The first
 * of the names that is found anywhere wins. A folder that belongs to another user, or that a group with other members may
 * write to, is passed over; in one that everybody may write to, a file counts only if it belongs to this user or to root
 * and nobody else may write to it.
 */
export function findProgram(names: readonly string[], env: Env, host: ToolHost): FoundProgram {
  const isWindows = host.platform === 'win32'
  const folders = (settingOf(env, 'PATH', host.platform) ?? '')
    .split(isWindows ? ';' : ':')
    .map((folder) => (isWindows ? folder.replace(/^"(.*)"$/, '$1') : folder))
    .filter((folder) => (isWindows ? /^(?:[A-Za-z]:[\\/]|\\\\[^\\/])/ : /^\//).test(folder))
  const extensions = isWindows ? pathExtensions(env) : ['']
  const passedOver: { path: string; why: string }[] = []
  for (const name of names) {
    for (const folder of folders) {
      for (const extension of extensions) {
        const path = `${folder.replace(/(?<![\\/])[\\/]+$/, '')}${isWindows ? '\\' : '/'}${name}${extension}`
        const file = host.look(path)
        if (file?.isFile !== true || !(isWindows || file.mode & 0o111)) continue
        const why = isWindows ? undefined : whyNot(path, folder, file.mode, host)
        if (why === undefined) return { path, passedOver }
        passedOver.push({ path, why })
      }
    }
  }
  return { path: undefined, passedOver }
}

function pathExtensions(env: Env): readonly string[] {
  const listed = settingOf(env, 'PATHEXT', 'win32')?.split(';') ?? windowsExtensions
  const known = listed.filter((extension) => windowsExtensions.includes(extension.toUpperCase()))
  return known.map((extension) => extension.toLowerCase())
}

/** Why a program may be somebody else's; `undefined` for one of this user's or the system's. */
function whyNot(path: string, folder: string, mode: number, host: ToolHost): string | undefined {
  const { look, uid } = host
  const place = look(folder)
  if (place === undefined || uid === undefined) return undefined
  const isTrusted = (owner: number | undefined): boolean => owner === 0 || owner === uid
  if (!isTrusted(place.uid)) return `the folder belongs to another user (id ${place.uid})`
  if ((place.mode & 0o020) !== 0 && host.hasOtherMembers(place.gid)) {
    return `the folder can be written by a group with other members (id ${place.gid})`
  }
  if ((place.mode & 0o002) === 0) return undefined
  const isOurs = (mode & 0o002) === 0 && [look(path)?.uid, look(path, 'link')?.uid].every(isTrusted)
  return isOurs ? undefined : 'the directory is world-writable, so the file cannot be trusted'
}
