import { join } from 'node:path'
import { exitCodes, Failure } from '../framework/failure.ts'
import type { World } from '../framework/world.ts'
import { ownFolder } from '../profile/own-config.ts'

type Place = Pick<World, 'env' | 'platform'>

/** The home folder, as the tools themselves find it. */
export function homeFolder({ env, platform }: Place): string {
  const home = (platform === 'win32' ? env.USERPROFILE : undefined) || env.HOME
  if (home) return home
  throw new Failure('HOME is not set, so there is no place for a configuration.', {
    remedy: 'Set it.',
    exitCode: exitCodes.usage,
  })
}

/** Where `entrada keep` is to keep a token for a tool that reads it from a file. */
export function keptFile(place: Place, name: string): string {
  return join(ownFolder(place), 'kept', name)
}

/** Whether it is an id of Entra ID (a GUID). */
export function isId(text: string): boolean {
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
}

/** A word as a POSIX shell takes it, for lines that people or git's shell run. */
export function inShell(word: string): string {
  return /^[\w.~+/=:@%,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
