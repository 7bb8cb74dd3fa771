import type { Env } from './host.ts'

/** A variable of the environment. Windows does not mind the case of its name. */
export function variableOf(env: Env, name: string, platform: string): string | undefined {
  if (env[name] !== undefined || platform !== 'win32') return env[name]
  const same = Object.keys(env).find((key) => key.toLowerCase() === name.toLowerCase())
  return same === undefined ? undefined : env[same]
}
