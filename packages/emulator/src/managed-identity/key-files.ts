import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sameSecret } from './same-secret.ts'

/** Files that only those who may have a token can read; each works once. */
export interface KeyFiles {
  /** Writes a fresh one, and gives its path as clients see it. */
  write(): Promise<string>
  /** Whether this is the content of one; it is removed then. */
  take(content: string): Promise<boolean>
  removeAll(): Promise<void>
}

/** Makes the folder, if it is not there; `shown` is the same as clients see it. */
export async function createKeyFiles(folder: string, shown: string): Promise<KeyFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const contents = new Map<string, string>()
  const remove = (name: string): Promise<void> => {
    contents.delete(name)
    return rm(join(folder, name), { force: true })
  }
  return {
    write: async () => {
      const name = `${randomUUID()}.key`
      const content = randomBytes(32).toString('base64url')
      contents.set(name, content)
      await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' })
      return `${shown.replace(/[/\\]$/, '')}/${name}`
    },
    take: async (content) => {
      const name = [...contents].find(([, each]) => sameSecret(content, each))?.[0]
      if (name === undefined) return false
      await remove(name)
      return true
    },
    removeAll: async () => {
      await Promise.all([...contents.keys()].map(remove))
    },
  }
}
