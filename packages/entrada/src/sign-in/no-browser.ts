import type { Env } from '../runtime/host.ts'
import type { LookAtFile } from '../runtime/look.ts'

/** Where a browser would have to be started. */
export interface BrowserHost {
  env: Env
  platform: string
  look: LookAtFile
}

/** Files that container engines leave in their containers. */
const containerFiles = ['/.dockerenv', '/run/.containerenv']

/**
 * Why no browser that a person sees can be started here, or that could come back to this machine's loopback address;
 * `undefined` where one can. `BROWSER` names one, and whoever sets it means it; in a codespace the editor sets it.
 */
export function whyNoBrowser({ env, platform, look }: BrowserHost): string | undefined {
  if (env.CODESPACES === 'true') return 'this is a codespace'
  if (env.BROWSER) return undefined
  if (env.SSH_CONNECTION || env.SSH_CLIENT || env.SSH_TTY) return 'this is an SSH session'
  const isContainer = containerFiles.some((path) => look(path) !== undefined) || env.KUBERNETES_SERVICE_HOST
  if (platform !== 'win32' && (isContainer || env.REMOTE_CONTAINERS === 'true')) return 'this is a container'
  if (['win32', 'darwin', 'android'].includes(platform) || env.WSL_DISTRO_NAME) return undefined
  return env.DISPLAY || env.WAYLAND_DISPLAY ? undefined : 'there is no display (DISPLAY, WAYLAND_DISPLAY)'
}
