import { readFile } from 'node:fs/promises'
import { chooseProfile, openConfig } from 'entrada/config'
import type { World } from '../framework/world.ts'

/** The profiles that commands can use, as they stand in their files. */
interface ReadProfiles {
  readonly profiles: Readonly<Record<string, unknown>>
  /** The one that is taken where none is named. */
  readonly inUse: string | undefined
  /** Why there is none in use though there are profiles, or one is named. */
  readonly why: string | undefined
}

/** Reads what every other command reads: the file that is named, that of `ENTRADA_CONFIG`, or those that are found. */
export async function readProfiles(
  { env, platform, cwd }: Pick<World, 'env' | 'platform' | 'cwd'>,
  file: string | undefined,
): Promise<ReadProfiles> {
  const found = await openConfig({ file, cwd }, { env, platform })
  const profiles: Record<string, unknown> = Object.create(null)
  for (const { path } of found.files.toReversed()) {
    const text = await readFile(path, 'utf8')
    Object.assign(profiles, (JSON.parse(text.replace(/^\ufeff/, '')) as { profiles?: object }).profiles)
  }
  try {
    const chosen = chooseProfile(found, env.ENTRADA_PROFILE || undefined)
    return { profiles, inUse: chosen?.name, why: undefined }
  } catch (error) {
    return { profiles, inUse: undefined, why: (error as Error).message }
  }
}

/** Why a profile of the user's own configuration is not the one in use although it was chosen; `undefined` if it is. */
export function overruled(env: World['env'], name: string): string | undefined {
  if (env.ENTRADA_CONFIG) {
    return `ENTRADA_CONFIG names another configuration, which is read in place of your own. Unset it to use ${name}.`
  }
  const first = env.ENTRADA_PROFILE
  if (!first || first === name) return undefined
  return `ENTRADA_PROFILE names ${JSON.stringify(first.slice(0, 64))}, which comes first. Unset it to use ${name}.`
}
