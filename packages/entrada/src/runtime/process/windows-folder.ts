import type { Env } from '../environment.ts'

/** Windows' own folder, if the environment names it by an absolute path. */
export function windowsFolder(env: Env): string | undefined {
  const [, root] = Object.entries(env).find(([name]) => /^systemroot$/i.test(name)) ?? []
  return root !== undefined && /^[A-Za-z]:[\\/]/.test(root) ? root.replace(/(?<![\\/])[\\/]+$/, '') : undefined
}
