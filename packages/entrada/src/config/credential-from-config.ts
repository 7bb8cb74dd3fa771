import { settingOf } from '../runtime/environment.ts'
import { type Host, hostOf } from '../runtime/host.ts'
import type { EntradaCredential } from '../types.ts'
import type { CheckedDescription, DescribedOptions } from './described-credential.ts'
import { type FindConfigOptions, type FoundConfig, findConfig } from './find-config.ts'

/** Which profile, of which configuration. */
export interface ConfigOptions {
  /** Name of the profile; default the variable `ENTRADA_PROFILE`, else the configuration's `defaultProfile`, else its only one. */
  profile?: string
  /** The configuration; default the variable `ENTRADA_CONFIG`, else the user's own. */
  file?: string
}

/**
 * Makes the credential of a profile.
 *
 * The configuration is `~/.config/entrada/config.json` (`%APPDATA%\entrada\config.json` on Windows). A file of a project,
 * `entrada.config.json`, is not read because it stands in the folder: only if it is named here or by `ENTRADA_CONFIG`, or was trusted
 * with `entrada trust`. Such a file may hold no reference to a secret and no authority but Microsoft's.
 *
 * ```ts
 * const credential = await credentialFromConfig({ profile: 'work' })
 * ```
 *
 * @param options - Options besides those of the profile; they win.
 * @throws TypeError for a profile that does not exist, and for the first thing that is wrong with the file, with its place.
 */
export async function credentialFromConfig(
  { profile, file }: ConfigOptions = {},
  options: DescribedOptions = {},
): Promise<EntradaCredential> {
  const host = hostOf(options.host)
  const found = await findConfig({ file }, host)
  const chosen = chooseProfile(found, profile ?? settingOf(host.env, 'ENTRADA_PROFILE'))
  if (chosen === undefined) {
    throw new TypeError('there is no configuration. Name a file, or sign in with: entrada login.')
  }
  return chosen.description.make(options)
}

/** A profile that was chosen. */
export interface ChosenProfile {
  /** Its name. */
  readonly name: string
  /** The file that it stands in. */
  readonly path: string
  /** The credential that it describes. */
  readonly description: CheckedDescription
}

/**
 * The profile of this name; without a name the default one, else the only one. `undefined` if there is none at all. Throws a
 * `TypeError` for a name that no file has, and where several could be meant.
 */
export function chooseProfile(
  { files, passedOver }: FoundConfig,
  wanted: string | undefined,
): ChosenProfile | undefined {
  const name = wanted ?? files.find(({ defaultProfile }) => defaultProfile !== undefined)?.defaultProfile
  const names = [...new Set(files.flatMap(({ profiles }) => [...profiles.keys()]))]
  if (name === undefined) {
    if (names.length > 1) {
      throw new TypeError(
        `there are several profiles (${names.join(', ')}). Choose one: entrada switch NAME, or --profile NAME.`,
      )
    }
    return names[0] === undefined ? undefined : chooseProfile({ files }, names[0])
  }
  for (const { path, profiles } of files) {
    const description = profiles.get(name)
    if (description !== undefined) return { name, path, description }
  }
  const known = names.length === 0 ? 'There are none yet: entrada login makes one' : `Known: ${names.join(', ')}`
  const hint = passedOver === undefined ? '' : ` ${passedOver.path} was not read: it is ${passedOver.reason}.`
  throw new TypeError(`there is no profile ${JSON.stringify(name.slice(0, 64))}. ${known}.${hint}`)
}

/** Finds the configurations, as `credentialFromConfig` does. */
export function openConfig(options: FindConfigOptions = {}, host?: Partial<Host>): Promise<FoundConfig> {
  return findConfig(options, hostOf(host))
}
