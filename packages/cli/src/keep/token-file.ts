import { randomBytes } from 'node:crypto'
import { chmod, lstat, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A file that is whole at every instant: what is written is made beside it, and takes its place in one step. */
export interface TokenFile {
  readonly path: string
  write(text: string): Promise<void>
  /** Whose file is there: the one that was written last, or one that somebody else has put in its place. */
  whose(): Promise<'ours' | 'somebody’s' | 'nobody’s'>
  /** Removes it, if it is ours. */
  remove(): Promise<void>
}

export interface TokenFileOptions {
  path: string
  /** Permissions, such as 0o600. */
  mode: number
}

/** How long the writing of a file can take, in milliseconds; what is not finished after this will not be. */
const longestWrite = 60_000
/** Windows refuses to replace a file while somebody reads it. */
const attempts = 20

/** Checks that a file can be there. Rejects, with the remedy, before anything is written. */
export async function openTokenFile({ path, mode }: TokenFileOptions): Promise<TokenFile> {
  const folder = dirname(path)
  const there = await stat(folder).catch(() => undefined)
  if (!there?.isDirectory()) throw new Error(`${folder} is not a folder. Create it, or name another file.`)
  const former = await lstat(path).catch(() => undefined)
  if (former !== undefined && !former.isFile() && !former.isSymbolicLink()) {
    throw new Error(`${path} is there, and is not a file. Name another.`)
  }
  const name = basename(path)
  let written: string | undefined
  const whose: TokenFile['whose'] = async () => {
    const there = await identityOf(path)
    return there === undefined ? 'nobody’s' : there === written ? 'ours' : 'somebody’s'
  }
  const removeLeft = async (): Promise<void> => {
    for (const left of await readdir(folder).catch(() => [])) {
      if (await isLeft(join(folder, left), left, name)) await unlink(join(folder, left)).catch(() => undefined)
    }
  }
  return {
    path,
    async write(text) {
      await removeLeft()
      const made = join(folder, `.${name}.${process.pid}.${randomBytes(8).toString('hex')}.entrada`)
      try {
        await create(made, { text, mode })
        const identity = await identityOf(made)
        await replace(made, path)
        written = identity
      } catch (cause) {
        await unlink(made).catch(() => undefined)
        const { code } = Object(cause) as { code?: string }
        throw new Error(`${path} cannot be written (${code}). Name a file in a folder where this user may write.`, {
          cause,
        })
      }
    },
    whose,
    async remove() {
      if ((await whose()) === 'ours') await unlink(path).catch(() => undefined)
      await removeLeft()
    },
  }
}

/** What no other file has: a file system gives the number of one that is gone to the next. */
async function identityOf(path: string): Promise<string | undefined> {
  const file = await lstat(path, { bigint: true }).catch(() => undefined)
  return file && `${file.dev}:${file.ino}:${file.mtimeNs}`
}

async function create(path: string, { text, mode }: { text: string; mode: number }): Promise<void> {
  // Nobody else may read it before its mode is set, which the umask has no part in.
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    // Else the name could be there before the bytes, after a loss of power.
    await file.sync()
  } finally {
    await file.close()
  }
  if (mode !== 0o600) await chmod(path, mode)
}

async function replace(made: string, path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(made, path)
    } catch (error) {
      const isInUse = process.platform === 'win32' && /^E(PERM|ACCES|BUSY)$/.test(String(Object(error).code))
      if (!isInUse || attempt === attempts) throw error
      await new Promise((resolve) => setTimeout(resolve, 10 * attempt))
    }
  }
}

/** Whether a file is one that a process of ours began, and will not finish. */
async function isLeft(path: string, left: string, name: string): Promise<boolean> {
  if (!left.startsWith(`.${name}.`)) return false
  const [, pid] = /^(\d+)\.[0-9a-f]{16}\.entrada$/.exec(left.slice(name.length + 2)) ?? []
  if (pid === undefined || Number(pid) === process.pid) return false
  if (!isAlive(Number(pid))) return true
  const file = await lstat(path).catch(() => undefined)
  return file !== undefined && Date.now() - file.mtimeMs > longestWrite
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return Object(error).code === 'EPERM'
  }
}
