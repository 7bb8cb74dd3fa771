import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configFolder, isProfileName, ownFile, writeWhole } from 'entrada/config'
import { exitCodes, Failure, usageFailure } from '../framework/failure.ts'
import type { World } from '../framework/world.ts'

/** The user's own configuration as it stands in its file, to be changed. */
export interface OwnConfig {
  readonly path: string
  readonly defaultProfile: string | undefined
  readonly profiles: Readonly<Record<string, unknown>>
}

type Place = Pick<World, 'env' | 'platform'>

/** The folder of the user's own configuration. Throws a `Failure` where the environment names none. */
export function ownFolder({ env, platform }: Place): string {
  const folder = configFolder(env, platform)
  if (folder !== undefined) return folder
  const variable = platform === 'win32' ? 'APPDATA' : 'HOME'
  throw new Failure(
    `${variable} is ${env[variable] ? 'no absolute path' : 'not set'}, so there is no place for a configuration.`,
    {
      remedy: 'Set it.',
      exitCode: exitCodes.usage,
    },
  )
}

/** Whether the environment names a place where tokens and secrets can be kept from one run to the next. */
export function hasPlaceForTokens({ env, platform }: Place): boolean {
  if (platform === 'win32') return Boolean(env.LOCALAPPDATA)
  return env.HOME?.startsWith('/') === true
}

/** Reads it; empty where there is none. Only its outline is checked here: `entrada/config` checks the rest. */
export async function readOwnConfig(place: Place): Promise<OwnConfig> {
  const path = join(ownFolder(place), ownFile)
  const text = await readFile(path, 'utf8').catch((error: { code?: string }) => {
    if (error.code === 'ENOENT') return '{}'
    const remedy = 'Let this user read it, or set HOME.'
    throw new Failure(`${path} cannot be read (${error.code}).`, { remedy, exitCode: exitCodes.usage, cause: error })
  })
  const { openConfig } = await import('entrada/config')
  // One error with its place, where it is not a configuration.
  if (text !== '{}') await openConfig({ file: path }, place)
  const { defaultProfile, profiles = {} } = JSON.parse(text.replace(/^\ufeff/, '')) as Partial<OwnConfig>
  return { path, defaultProfile, profiles }
}

/** Writes it in one step, for its owner alone. */
export async function writeOwnConfig(
  place: Place,
  { defaultProfile, profiles }: Omit<OwnConfig, 'path'>,
): Promise<void> {
  const content = { ...(defaultProfile === undefined ? {} : { defaultProfile }), profiles }
  const folder = ownFolder(place)
  await writeWhole(folder, ownFile, `${JSON.stringify(content, null, 2)}\n`).catch((error: { code?: string }) => {
    throw new Failure(`${join(folder, ownFile)} cannot be written (${error.code}).`, {
      remedy: 'Let this user write there, or set HOME.',
      cause: error,
    })
  })
}

/** A name for a profile. Throws a `Failure` for anything else. */
export function checkedProfileName(name: string): string {
  if (isProfileName(name)) return name
  throw usageFailure(
    `${JSON.stringify(name.slice(0, 64))} cannot be the name of a profile.`,
    'Use letters, digits, ".", "_" and "-".',
  )
}

/** What the fields of a description refer to: `{ "kept": "name" }` has a secret of ours, `{ "env": "NAME" }` a variable. */
export function namesIn(description: unknown, by: 'kept' | 'env'): string[] {
  if (typeof description !== 'object' || description === null) return []
  const name = (description as Record<string, unknown>)[by]
  if (typeof name === 'string') return [name]
  return Object.values(description).flatMap((value) => namesIn(value, by))
}
