import { type Env, settingOf } from '../runtime/environment.ts'
import type { LookAtFile } from '../runtime/files/look.ts'
import { checkPage } from './authorization-url.ts'

/** A program that opens a page; it may end long before the browser does. */
interface Opener {
  exitCode: number | null
  once(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown
  once(event: 'error', listener: (error: Error & { code?: string }) => void): unknown
}

/** The parts of the package `open` that are used. */
export interface OpenModule {
  /** Opens a page with the system's own opener. */
  default(target: string): Promise<Opener>
  /** Starts a program. */
  openApp(name: string, options: { arguments: readonly string[] }): Promise<Opener>
}

/**
 * Opens a page in this machine's browser, without a shell: in the one that `BROWSER` names, otherwise with the system's
 * own opener, which the package `open` knows. Never resolves: an opener that exits successfully has handed the page on,
 * which does not prove that anybody saw it. Rejects with the reason if there is no browser here, or if the program that
 * was started fails.
 */
export async function startBrowser(url: string, host: BrowserHost, load: () => Promise<OpenModule>): Promise<never> {
  const why = whyNoBrowser(host)
  if (why !== undefined) throw new Error(why)
  const page = checkPage(url)
  const named = namedBrowser(host)
  const { default: open, openApp } = await load()
  const opener = await (named === undefined ? open(page) : openApp(named.path, { arguments: named.argumentsFor(page) }))
  const what = named === undefined ? "the system's page opener" : 'the program that BROWSER names'
  return new Promise((_, reject) => {
    const check = (code: number | null, signal: string | null): void => {
      if (code) reject(new Error(`${what} ended with code ${code}`))
      else if (signal) reject(new Error(`${what} was ended by ${signal}`))
    }
    check(opener.exitCode, null)
    opener.once('exit', check)
    opener.once('error', ({ code, message }) => reject(new Error(`${what} cannot be started (${code ?? message})`)))
  })
}

/** Where a browser would have to be started. */
export interface BrowserHost {
  env: Env
  platform: string
  look: LookAtFile
  /** The permission flags that are missing for starting programs. */
  missingFlags(): readonly string[]
}

/** Files that container engines create in their containers. */
const containerFiles = ['/.dockerenv', '/run/.containerenv']

/**
 * Why no browser can be started here that a person would see and that could reach this machine's loopback address;
 * `undefined` if one can. A browser that `BROWSER` names is used even where none would be expected, except in a
 * codespace, where the editor sets the variable.
 */
export function whyNoBrowser(host: BrowserHost): string | undefined {
  const { env, platform, look } = host
  const set = settingOf.bind(undefined, env)
  if (set('CODESPACES') === 'true') return 'this is a codespace'
  const flags = host.missingFlags()
  if (flags.length > 0) return `this program was started without ${flags.join(' ')}`
  if (namesBrowser(host))
    return namedBrowser(host) === undefined ? 'no program that BROWSER names is installed' : undefined
  if (set('SSH_CONNECTION') || set('SSH_CLIENT') || set('SSH_TTY')) return 'this is an SSH session'
  const isContainer = containerFiles.some((path) => look(path) !== undefined) || set('KUBERNETES_SERVICE_HOST')
  if (platform !== 'win32' && (isContainer || set('REMOTE_CONTAINERS') === 'true')) return 'this is a container'
  if (['win32', 'darwin', 'android'].includes(platform) || set('WSL_DISTRO_NAME')) return undefined
  return set('DISPLAY') || set('WAYLAND_DISPLAY') ? undefined : 'there is no display (DISPLAY, WAYLAND_DISPLAY)'
}

/** On Windows and macOS nothing reads the variable, not even the system's opener. */
function namesBrowser({ env, platform }: BrowserHost): boolean {
  return platform !== 'win32' && platform !== 'darwin' && settingOf(env, 'BROWSER') !== undefined
}

/**
 * The first program in `BROWSER` that is installed. The variable lists them separated by colons, each with its
 * arguments, in which `%s` stands for the page.
 */
function namedBrowser(host: BrowserHost): { path: string; argumentsFor(page: string): string[] } | undefined {
  if (!namesBrowser(host)) return undefined
  const folders = (settingOf(host.env, 'PATH') ?? '').split(':').filter((folder) => folder.startsWith('/'))
  for (const command of (settingOf(host.env, 'BROWSER') ?? '').split(':')) {
    const [name = '', ...args] = command.trim().split(/\s+/)
    const paths = name.includes('/') ? [name] : folders.map((folder) => `${folder}/${name}`)
    const path = paths.find((candidate) => {
      const file = host.look(candidate)
      return file?.isFile === true && (file.mode & 0o111) !== 0
    })
    if (name === '' || path === undefined) continue
    const hasPlace = args.some((arg) => arg.includes('%s'))
    return {
      path,
      argumentsFor: (page) => (hasPlace ? args.map((arg) => arg.replaceAll('%s', page)) : [...args, page]),
    }
  }
  return undefined
}
