import { type EncryptionKey, type EncryptionKeys, keyText, type NamedKey, newKey, readKeys } from './encryption-keys.ts'
import type { FileStoreHost } from './file-host.ts'
import { type LockPlace, withLock } from './file-lock.ts'

/** Where the keys of a store in files come from. */
export interface KeySource {
  /** The keys; `anew` reads a file that another process may have changed. */
  keys(anew?: 'anew'): Promise<readonly [NamedKey, ...NamedKey[]]>
  /** Puts a new key first, for all processes. Rejects where the keys are the caller's. */
  rotate(): Promise<void>
}

/** What stands in a key file, before the keys. */
const note = `# The keys of the token cache beside this file, made by entrada; the first one is in use.
# They keep tokens out of copies of the cache that leave out this file: backups, disk images, synchronised folders.
# They do not protect against programs that run as you, nor against anybody who can read this file.
`

const maximumBytes = 16_384
/** Keys that stay in the file after a rotation, the new one among them: tokens that last longer are got anew. */
const keptKeys = 4

/** Keys that the caller gave. */
export function givenKeys(keys: EncryptionKeys): KeySource {
  const named = readKeys(keys, 'fileTokenStore')
  return {
    keys: async () => named,
    async rotate() {
      throw new Error('fileTokenStore: the keys were given. Open the store with the new key before the others.')
    },
  }
}

/** Keys in a file of their own, which is made with the first use. `place` gives the lock under which it changes. */
export function keysInFile(
  path: string,
  host: FileStoreHost,
  place: () => Promise<LockPlace & { lock: string }>,
): KeySource {
  let held: Promise<readonly [NamedKey, ...NamedKey[]]> | undefined

  async function readFile(): Promise<[NamedKey, ...NamedKey[]] | undefined> {
    const bytes = await host.files.read(path, maximumBytes)
    if (bytes === undefined) return undefined
    const lines = new TextDecoder().decode(bytes).split('\n')
    const texts: EncryptionKey[] = lines.flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.trim()]))
    return readKeys(texts, `the key file ${path}`)
  }

  async function change(next: (keys: NamedKey[]) => NamedKey[] | undefined): Promise<[NamedKey, ...NamedKey[]]> {
    const { lock, ...lockPlace } = await place()
    return withLock(lock, lockPlace, async (isMine) => {
      const former = await readFile()
      const changed = next(former ?? [])
      if (changed === undefined) return former as [NamedKey, ...NamedKey[]]
      const written = `${path}.${crypto.randomUUID()}.tmp`
      await host.files.create(written, `${note}${changed.map((key) => `${keyText(key)}\n`).join('')}`)
      if (!(await isMine())) {
        await host.files.remove(written)
        throw new Error(`the lock of ${path} was lost`)
      }
      await host.files.move(written, path)
      return changed as [NamedKey, ...NamedKey[]]
    })
  }

  async function load(): Promise<readonly [NamedKey, ...NamedKey[]]> {
    return (await readFile()) ?? change((keys) => (keys.length > 0 ? undefined : [newKey()]))
  }

  return {
    keys(anew) {
      if (anew !== undefined) held = undefined
      const loading = held ?? load()
      held = loading
      loading.catch(() => {
        if (held === loading) held = undefined
      })
      return loading
    },
    async rotate() {
      const changed = await change((keys) => [newKey(), ...keys].slice(0, keptKeys))
      held = Promise.resolve(changed)
    },
  }
}
