import { unlessDenied } from './unless-denied.ts'

/** The variables of a process's environment. */
export type Env = Readonly<Record<string, string | undefined>>

/** The environment of this program, as far as it may read it. */
export function environment(): Env {
  const env = globalThis.process?.env ?? {}
  return 'Deno' in globalThis ? asFarAsAllowed(env) : env
}

/** Deno throws where a variable may not be read. As with one that is not set, there is nothing to be had of it. */
function asFarAsAllowed(env: Env): Env {
  const get = (_: Env, name: string | symbol): string | undefined => unlessDenied(() => env[name as string])
  // Not over `env`: a proxy asks its target too.
  return new Proxy<Env>(
    {},
    {
      get,
      ownKeys: () => unlessDenied(() => Object.keys(env)) ?? [],
      getOwnPropertyDescriptor: (_, name) => ({ value: get(_, name), enumerable: true, configurable: true }),
    },
  )
}

/**
 * An id, a URL, a path or another setting, without white space around it, such as the line break of the file that it came
 * from. `undefined` if it is not set or empty. With `platform`, the case of the name is ignored on Windows.
 */
export function settingOf(env: Env, name: string, platform?: string): string | undefined {
  return rawValue(env, name, platform)?.trim() || undefined
}

/**
 * A secret or password, without one line break at its end, which belongs to the file that it came from; everything else may
 * be part of the secret. `undefined` if it is not set or blank.
 */
export function secretOf(env: Env, name: string): string | undefined {
  const value = env[name]?.replace(/(?:\r\n|\r|\n)$/, '')
  return value?.trim() ? value : undefined
}

/** Whether it is there, even empty, as a missing secret of a pipeline often is. */
export function isMentioned(env: Env, name: string): boolean {
  return env[name] !== undefined
}

/** Why variables could not be read, if this program is not permitted to read some of them, as in Deno. */
export function unreadable(variables: readonly string[]): { reason: string; remedy: string } | undefined {
  const { Deno } = globalThis as {
    Deno?: { permissions?: { querySync(permission: { name: 'env'; variable: string }): { state: string } } }
  }
  const denied = variables.filter(
    (variable) => (Deno?.permissions?.querySync({ name: 'env', variable }).state ?? 'granted') !== 'granted',
  )
  if (denied.length === 0) return undefined
  return { reason: `this program may not read ${denied.join(', ')}.`, remedy: 'Run it with --allow-env.' }
}

function rawValue(env: Env, name: string, platform: string | undefined): string | undefined {
  if (env[name] !== undefined || platform !== 'win32') return env[name]
  const same = Object.keys(env).find((key) => key.toLowerCase() === name.toLowerCase())
  return same === undefined ? undefined : env[same]
}
