import { builtin } from '../runtime/builtin.ts'
import { settingOf } from '../runtime/environment.ts'
import type { Host } from '../runtime/host.ts'
import { type ConfigFile, configFolder, readConfigText } from './config-file.ts'
import { isTrusted } from './trusted-files.ts'

/** Name of a project's configuration, which is read only if somebody said so. */
export const projectFile = 'entrada.config.json'
/** Name of the user's own. */
export const ownFile = 'config.json'

/** Where configurations are looked for. */
export interface FindConfigOptions {
  /** The file to read in place of what is found. */
  file?: string | undefined
  /** The folder that the program runs in. */
  cwd?: string | undefined
}

/** The configurations that count, first the one that wins; and a file of a project that was passed over, with the reason. */
export interface FoundConfig {
  /** The first one wins. */
  files: readonly ConfigFile[]
  /** A project's file that was not read, and why. */
  passedOver?: {
    /** Where the file is. */
    path: string
    /** Whether nobody has trusted it yet, it has changed since, or it is a link, a folder or too large. */
    reason: 'not trusted' | 'changed since it was trusted' | 'not a file that can be read'
  }
}

type ConfigHost = Pick<Host, 'env' | 'files' | 'platform'>

/**
 * The file that is named, else that of `ENTRADA_CONFIG`; else the project's in this very folder if it was trusted as it
 * stands, and the user's own. Parent folders are not searched. What is not in the user's own folder for configuration may
 * hold no reference to a secret, and no authority but Microsoft's.
 */
export async function findConfig(options: FindConfigOptions, host: ConfigHost): Promise<FoundConfig> {
  const { env, platform = globalThis.process?.platform } = host
  const path = builtin('node:path')
  if (path === undefined) throw new Error('credentialFromConfig: this runtime has no files. Use credentialFrom.')
  const cwd = options.cwd ?? globalThis.process.cwd()
  const own = configFolder(env, platform)
  const named = options.file ?? settingOf(env, 'ENTRADA_CONFIG')
  if (named !== undefined) return { files: [await readConfig(path.resolve(cwd, named), own, host)] }
  const ownPath = own && path.join(own, ownFile)
  const files: ConfigFile[] = []
  const project = path.join(cwd, projectFile)
  let passedOver: FoundConfig['passedOver']
  const bytes = await unlessAbsent(host.files.readGuarded(project, maximumBytes)).catch(() => {
    // Nobody trusted that, and whatever stands in a folder must not keep its user from a token.
    passedOver = { path: project, reason: 'not a file that can be read' }
    return undefined
  })
  if (bytes !== undefined && own !== undefined) {
    const trust = await isTrusted(own, project, bytes, host)
    if (trust === 'trusted') files.push(readConfigText(textOf(bytes), { path: project, isOwn: false, folder: cwd }))
    else passedOver = { path: project, reason: trust }
  }
  if (ownPath !== undefined) {
    const mine = await unlessAbsent(host.files.read(ownPath))
    if (mine !== undefined) files.push(readConfigText(textOf(mine), { path: ownPath, isOwn: true, folder: own ?? cwd }))
  }
  return passedOver === undefined ? { files } : { files, passedOver }
}

/** Larger than any configuration that somebody wrote. */
const maximumBytes = 1024 * 1024

async function readConfig(path: string, own: string | undefined, { files }: ConfigHost): Promise<ConfigFile> {
  const paths = builtin('node:path')
  const bytes = await files.read(path).catch((error: { code?: unknown; message?: string }) => {
    const why = typeof error.code === 'string' ? error.code : 'an error'
    throw new TypeError(`${path}: the configuration cannot be read (${why}). Check --config or ENTRADA_CONFIG.`)
  })
  const folder = paths?.dirname(path) ?? '/'
  return readConfigText(textOf(bytes), { path, isOwn: folder === own, folder })
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

async function unlessAbsent(reading: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await reading
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
}
