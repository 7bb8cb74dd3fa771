import { constants } from 'node:fs'
import { lstat, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Purpose, variablesFor } from '../endpoint/variables.ts'
import { Failure, usageFailure } from '../framework/failure.ts'

/**
 * Files with the variables of each kind of program, which only this user can read: a secret in a command line would be seen by
 * every user of the machine, and stay in the shell's history.
 */
export interface VariableFiles {
  /** The secret of a former run in the same folder: containers that were started with it go on. */
  readonly formerSecret: string | undefined
  pathOf(purpose: Purpose): string
  /** A file with one header, for `curl --header @FILE`. */
  readonly headerPath: string
  write(purposes: readonly Purpose[], origin: string, secret: string): Promise<void>
  /** Removes them, unless the folder was named by the user. */
  remove(): Promise<void>
}

const longestFile = 4096

/** Files in a folder that the user names and that stays, or in one that goes with this process. */
export async function openVariableFiles(named: string | undefined, env: Environment): Promise<VariableFiles> {
  const folder = named ?? (await mkdtemp(join(env.XDG_RUNTIME_DIR || tmpdir(), 'entrada-')))
  if (named !== undefined) await mkdir(named, { recursive: true, mode: 0o700 })
  await checkPrivate(folder)
  const headerPath = join(folder, 'header')
  return {
    formerSecret: await readSecret(headerPath),
    pathOf: (purpose) => join(folder, `${purpose}.env`),
    headerPath,
    async write(purposes, origin, secret) {
      await writePrivate(headerPath, `X-IDENTITY-HEADER: ${secret}\n`)
      for (const purpose of purposes) {
        const lines = Object.entries(variablesFor(purpose, origin, secret)).map(([name, value]) => `${name}=${value}\n`)
        await writePrivate(join(folder, `${purpose}.env`), lines.join(''))
      }
    },
    remove: async () => {
      if (named === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

type Environment = Readonly<Record<string, string | undefined>>

async function checkPrivate(folder: string): Promise<void> {
  const { mode, uid } = await lstat(folder)
  const own = process.getuid?.()
  if (own === undefined) return
  if (uid !== own)
    throw usageFailure(`serve: ${folder} belongs to another user (id ${uid}).`, 'Name a folder of your own.')
  if ((mode & 0o077) !== 0) {
    throw usageFailure(`serve: other users may read ${folder}, where the secret would be.`, `chmod 700 ${folder}`)
  }
}

/** Nobody else can have put a link there: the folder is this user's alone. */
async function writePrivate(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(text)
  } catch (cause) {
    throw new Failure(`serve: ${path} cannot be written (${Object(cause).code}).`, { cause })
  } finally {
    await file.close()
  }
}

async function readSecret(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestFile), 0, longestFile, 0)
    return /^X-IDENTITY-HEADER: ([0-9a-f]{64})\n$/.exec(buffer.toString('utf8', 0, bytesRead))?.[1]
  } finally {
    await file.close()
  }
}
