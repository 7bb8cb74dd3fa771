import { type Env, secretOf, settingOf } from '../runtime/environment.ts'
import type { Files } from '../runtime/files/files.ts'
import type { Checked, Reference } from './checked.ts'
import { fault, type Origin } from './fault.ts'
import type { Field, Fields } from './fields.ts'

export interface ResolveWorld {
  env: Env
  files: Pick<Files, 'read'>
  /** What the keyring, or the encrypted files, have under a name. */
  kept(name: string): Promise<string | undefined>
  /** Makes a path of the description absolute. */
  absolute(path: string): string
}

/** What is read, from a description: references are replaced by what they lead to, paths are absolute. */
export type Resolved = Readonly<Record<string, unknown>>

/** Reads what the references of a checked description name. Rejects with one error that names the field, and never the value. */
export async function resolveAll(
  values: Readonly<Record<string, Checked>>,
  fields: Fields,
  path: string,
  origin: Origin,
  world: ResolveWorld,
): Promise<Resolved> {
  const found: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(values)) {
    found[name] = await resolveOne(value, fields[name] as Field, path === '' ? name : `${path}.${name}`, origin, world)
  }
  return found
}

async function resolveOne(
  value: Checked,
  field: Field,
  path: string,
  origin: Origin,
  world: ResolveWorld,
): Promise<unknown> {
  if (typeof field.is === 'object') return resolveAll(value as Record<string, Checked>, field.is, path, origin, world)
  if (field.is === 'record' || field.is === 'strings' || typeof value !== 'object') {
    return typeof value === 'string' && /(?:Path|Folder)$/.test(path) ? world.absolute(value) : value
  }
  const isSecret = field.is === 'secret'
  const reference = value as Reference
  if ('env' in reference) {
    const { env: name } = reference
    const read = isSecret ? secretOf(world.env, name) : settingOf(world.env, name)
    if (read !== undefined) return read
    throw fault(origin, path, `names the variable ${name}, which is not set. Set it.`)
  }
  if ('kept' in reference) {
    const kept = await world.kept(reference.kept)
    if (kept !== undefined) return kept
    throw fault(origin, path, 'is not kept on this machine any more. Sign in again: entrada login.')
  }
  const { file } = reference
  const text = await readText(world, file).catch((error: { code?: unknown }) => {
    const code = typeof error.code === 'string' ? error.code : 'an error'
    throw fault(origin, path, `names the file ${JSON.stringify(file.slice(0, 100))}, which cannot be read (${code}).`)
  })
  const read = isSecret ? secretOf({ file: text }, 'file') : settingOf({ file: text }, 'file')
  if (read !== undefined) return read
  throw fault(origin, path, `names the file ${JSON.stringify(file.slice(0, 100))}, which is empty.`)
}

async function readText({ files, absolute }: ResolveWorld, path: string): Promise<string> {
  return new TextDecoder().decode(await files.read(absolute(path)))
}
