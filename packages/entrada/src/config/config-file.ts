import { type Env, settingOf } from '../runtime/environment.ts'
import { type CheckedDescription, checkDescription } from './described-credential.ts'
import { fault, type Origin } from './fault.ts'
import { JsonFault, type JsonNode, parseJson } from './json-tree.ts'

/** What a configuration says. */
export interface ConfigFile {
  /** The file that it was read from. */
  readonly path: string
  /** Whether it is the user's own, and not one that came with something else. */
  readonly isOwn: boolean
  /** The profile that is meant where none is named. */
  readonly defaultProfile: string | undefined
  /** The profiles by name, each checked. */
  readonly profiles: ReadonlyMap<string, CheckedDescription>
}

/** Reads a configuration from its text. Throws one error for the first thing that is wrong. */
export function readConfigText(
  text: string,
  { path, isOwn, folder }: { path: string; isOwn: boolean; folder: string },
): ConfigFile {
  const origin: Origin = { name: path, text, isOwn, folder }
  const tree = parsed(text, origin)
  if (tree.kind !== 'object') throw fault(origin, '', 'the configuration must be an object.', tree)
  const profiles = new Map<string, CheckedDescription>()
  let defaultProfile: string | undefined
  for (const [name, { at, value }] of tree.fields) {
    if (name === '$schema') continue
    else if (name === 'defaultProfile') defaultProfile = stringIn(value, name, origin)
    else if (name !== 'profiles') {
      throw fault(
        origin,
        JSON.stringify(name.slice(0, 60)),
        'is not known. Known: $schema, defaultProfile, profiles.',
        at,
      )
    } else if (value.kind !== 'object') throw fault(origin, 'profiles', 'must be an object.', value)
    else {
      for (const [profile, entry] of value.fields) {
        if (!isProfileName(profile)) {
          const what = 'is not a name of a profile: letters, digits, ".", "_" and "-", 64 at most.'
          throw fault(origin, JSON.stringify(profile.slice(0, 60)), what, entry.at)
        }
        profiles.set(profile, checkDescription(entry.value, `profiles.${profile}`, origin))
      }
    }
  }
  if (defaultProfile !== undefined && isOwn && !profiles.has(defaultProfile)) {
    const at = tree.fields.get('defaultProfile')?.value
    throw fault(origin, 'defaultProfile', `names ${JSON.stringify(defaultProfile)}, which is not a profile.`, at)
  }
  return { path, isOwn, defaultProfile, profiles }
}

/** Names of profiles stand on command lines, in messages and in the names of files. */
export function isProfileName(name: string): boolean {
  return /^[\w][\w.-]{0,63}$/.test(name)
}

function stringIn(node: JsonNode, path: string, origin: Origin): string {
  if (node.kind === 'value' && typeof node.value === 'string' && node.value !== '') return node.value
  throw fault(origin, path, 'must be a non-empty string.', node)
}

function parsed(text: string, origin: Origin): JsonNode {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof JsonFault) throw fault(origin, '', `${error.message}.`, error.at)
    throw error
  }
}

/** The user's own folder for configuration: `~/.config/entrada`, `%APPDATA%\entrada` on Windows. */
export function configFolder(env: Env, platform: string | undefined): string | undefined {
  if (platform === 'win32') {
    const data = settingOf(env, 'APPDATA', platform)
    return data && `${data}\\entrada`
  }
  const named = settingOf(env, 'XDG_CONFIG_HOME')
  // A relative one is to be ignored (XDG Base Directory Specification), and would be a folder that was merely entered. A
  // relative HOME would be one as well.
  if (named?.startsWith('/')) return `${named}/entrada`
  const home = settingOf(env, 'HOME')
  return home?.startsWith('/') ? `${home}/.config/entrada` : undefined
}
