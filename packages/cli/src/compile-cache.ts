import { existsSync, mkdirSync, statSync } from 'node:fs'
import * as module from 'node:module'

type Env = Readonly<Record<string, string | undefined>>

/** From Node 22 on: what a command needs is compiled once, and read from there the next time. Before that it does nothing. */
export function keepCompiled(): void {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown }
  if (enableCompileCache === undefined) return
  const folder = compiledFolder(process.env, process.platform, process.getuid?.())
  if (folder !== undefined) enableCompileCache(folder)
}

/**
 * A folder of this user’s for compiled code, made if it is not there; `undefined` where there can be none. Node’s own choice is
 * a folder of fixed name in /tmp: whoever makes that first decides what the programs of everybody else run.
 */
export function compiledFolder(env: Env, platform: string, uid: number | undefined): string | undefined {
  const above = cacheFolder(env, platform)
  if (above === undefined) return undefined
  const folder = `${above}/entrada/compiled`
  try {
    // Not with `recursive`, which tries for ever where a file system allows no folders, as in /proc.
    for (const one of [above, `${above}/entrada`, folder]) if (!existsSync(one)) mkdirSync(one, 0o700)
    const status = statSync(folder)
    // With the home of somebody else, as under sudo, it is not ours. Windows has neither owners nor modes here.
    return uid === undefined || (status.uid === uid && (status.mode & 0o022) === 0) ? folder : undefined
  } catch {
    return undefined
  }
}

/** The user’s own folder for what can be made anew (XDG Base Directory Specification: a relative one is ignored). */
function cacheFolder(env: Env, platform: string): string | undefined {
  if (platform === 'win32') return env.LOCALAPPDATA || undefined
  if (env.XDG_CACHE_HOME?.startsWith('/')) return env.XDG_CACHE_HOME
  return env.HOME?.startsWith('/') ? `${env.HOME}/.cache` : undefined
}
