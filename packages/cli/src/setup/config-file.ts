import { lstat, mkdir, readFile, readlink, realpath, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { exitCodes, Failure } from '../framework/failure.ts'
import { openTokenFile } from '../keep/token-file.ts'
import { diffOf, type Edit, edited } from './text-edit.ts'
import type { Change } from './tool.ts'

/** Another tool's configuration, as it stands on the disk. */
export interface ConfigFile {
  readonly path: string
  /** The file itself, where `path` is a symbolic link: many keep their configuration in a repository, and link to it. */
  readonly target: string
  /** `undefined` where there is none. */
  readonly text: string | undefined
  readonly mode: number
}

/** Larger than any configuration, in bytes. */
const longest = 4 * 1024 * 1024

/** Reads a file that may not be there. Rejects with a `Failure` for whatever cannot be edited as text. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const target = await targetOf(path)
  const there = await stat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw refused(path, `cannot be read (${error.code})`)
  })
  if (there === undefined) return { path, target, text: undefined, mode: 0o600 }
  if (!there.isFile()) throw refused(path, 'is not a file')
  if (there.size > longest) throw refused(path, 'is too large for a configuration')
  const bytes = await readFile(target).catch((error: NodeJS.ErrnoException) => {
    throw refused(path, `cannot be read (${error.code})`)
  })
  return { path, target, text: decoded(path, bytes), mode: there.mode & 0o777 }
}

/** A `Failure` about a file that is left as it is. */
export function refused(path: string, what: string, remedy = 'It stays as it is: look at it first.'): Failure {
  return new Failure(`${path} ${what}.`, { remedy, exitCode: exitCodes.usage })
}

/** A change of a file by edits of its text; no change where there are none. */
export function fileEdited(file: ConfigFile, edits: readonly Edit[]): Change[] {
  if (edits.length === 0) return []
  const before = file.text ?? ''
  return [
    {
      where: file.path,
      diff: diffOf(before, edits),
      async apply() {
        if ((await readConfigFile(file.path)).text !== file.text) {
          throw new Failure(`${file.path} has been changed by another program just now.`, { remedy: 'Try again.' })
        }
        await mkdir(dirname(file.target), { recursive: true, mode: 0o700 })
        const written = await openTokenFile({ path: file.target, mode: file.mode })
        await written.write(edited(before, edits))
      },
    },
  ]
}

/** Removes a file that setup has made, and the folder with it if that was made too and holds nothing else. */
export function fileRemoved(file: ConfigFile, folder: 'keep the folder' | 'remove the folder'): Change[] {
  if (file.text === undefined) return []
  return [
    {
      where: file.path,
      diff: (file.text ?? '').split('\n').flatMap((line) => (line === '' ? [] : [`-${line}`])),
      async apply() {
        await unlink(file.target)
        if (folder === 'remove the folder') await rmdir(dirname(file.target)).catch(() => undefined)
      },
    },
  ]
}

/** Whether a folder is there. */
export async function hasFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

async function targetOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  if (real !== undefined) return real
  // A link to what is not there yet: it is made there.
  const isLink = (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true
  return isLink ? resolve(dirname(path), await readlink(path)) : path
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refused(path, 'is not text in UTF-8')
  }
}
