import type { ReportProblem } from '../cache/token-store.ts'
import { type EncryptionKey, type EncryptionKeys, keyText, type NamedKey, newKey, readKeys } from './encryption-keys.ts'
import type { FileStoreHost } from './file-host.ts'
import { type LockPlace, withLock } from './file-lock.ts'

type Keys = readonly [NamedKey, ...NamedKey[]]

/** Where the keys of a file store come from. */
export interface KeySource {
  /** The keys; `reread` reads the file again, because another process may have changed it. */
  keys(report?: ReportProblem, reread?: 'reread'): Promise<Keys>
  /** Puts a new key first, for all processes. Rejects if the caller passed the keys. */
  rotate(): Promise<void>
  /** Removes files that were never finished. */
  sweep(): Promise<void>
}

/** The key file, and what is needed to change it. */
export interface KeyPlace {
  path: string
  /** Whether we chose the file: one that a caller named is never set aside. */
  isOwn: boolean
  /** The lock under which it is changed. */
  lock(): Promise<LockPlace & { lock: string }>
  /** Checks that the folder is still the one that was opened. */
  confirm(): Promise<void>
}

/** The note at the top of a key file. */
const note = `# The keys of the token cache beside this file, made by entrada; the first one is in use.
# They keep tokens out of copies of the cache that leave out this file: backups, disk images, synchronised folders.
# They do not protect against programs that run as you, nor against anybody who can read this file.
`

const maximumBytes = 16_384
/**
 * How many keys stay in the file after a rotation, including the new one. Tokens sealed with older keys are acquired
 * again.
 */
const keptKeys = 4
/** What is not finished after an hour, in milliseconds, will not be. */
const longestUnfinished = 3600_000

/** Keys that the caller passed. */
export function givenKeys(keys: EncryptionKeys): KeySource {
  const named = readKeys(keys, 'fileTokenStore')
  return {
    keys: async () => named,
    async rotate() {
      throw new Error(
        'fileTokenStore: the keys were passed as an option. Open the store again, with the new key before the others.',
      )
    },
    sweep: async () => undefined,
  }
}

/** Keys in a separate file, which is created on first use. */
export function keysInFile({ path, isOwn, lock: place, confirm }: KeyPlace, host: FileStoreHost): KeySource {
  const { files } = host
  let held: Promise<Keys> | undefined

  async function readFile(): Promise<{ keys: Keys } | { cut: EncryptionKey[] } | undefined> {
    const bytes = await files.read(path, maximumBytes)
    if (bytes === undefined) return undefined
    const text = new TextDecoder().decode(bytes)
    const lines = text.split('\n').map((line) => line.trim())
    const keys: EncryptionKey[] = lines.filter((line) => line !== '' && !line.startsWith('#'))
    const whole = isOwn ? wholeKeys(text, keys) : keys
    const isCut = isOwn && (whole.length === 0 || whole.length < keys.length)
    return isCut ? { cut: whole } : { keys: readKeys(keys, `the key file ${path}`) }
  }

  async function change(next: (former: NamedKey[]) => NamedKey[] | undefined, report?: ReportProblem): Promise<Keys> {
    const { lock, ...lockPlace } = await place()
    return withLock(lock, lockPlace, async (isMine) => {
      const former = await readFile()
      const isCut = former !== undefined && 'cut' in former
      const left = isCut ? former.cut.flatMap((key) => readKeys(key, path)) : (former?.keys ?? [])
      const changed = next([...left]) ?? (isCut ? left : undefined)
      if (changed === undefined) return left as unknown as Keys
      const written = `${path}.${crypto.randomUUID()}.tmp`
      await files.create(written, `${note}${changed.map((key) => `${keyText(key)}\n`).join('')}`)
      try {
        if (!(await isMine())) throw new Error(`the lock of ${path} was lost`)
        await confirm()
        if (isCut) await setAside(report)
        await files.move(written, path)
      } catch (error) {
        await files.remove(written).catch(() => undefined)
        throw error
      }
      return changed as unknown as Keys
    })
  }

  async function setAside(report: ReportProblem | undefined): Promise<void> {
    const aside = `${path}.${crypto.randomUUID()}.broken`
    await files.move(path, aside)
    report?.(
      new Error(
        `fileTokenStore: the key file ${path} was empty or cut off, and was replaced. Tokens that the lost keys sealed will be acquired again; the old file is ${aside}.`,
      ),
    )
  }

  async function load(report: ReportProblem | undefined): Promise<Keys> {
    const former = await readFile()
    if (former !== undefined && 'keys' in former) return former.keys
    return change((keys) => (keys.length > 0 ? undefined : [newKey()]), report)
  }

  return {
    keys(report, reread) {
      if (reread !== undefined) held = undefined
      const loading = held ?? load(report)
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
    async sweep() {
      const [folder = '', name = ''] = [path.replace(/[^/\\]*$/, ''), path.replace(/^.*[/\\]/, '')]
      for (const one of (await files.list(folder || '.')) ?? []) {
        if (!one.startsWith(`${name}.`) || !/^[0-9a-f-]{36}\.tmp$/.test(one.slice(name.length + 1))) continue
        const writtenAt = (await files.writtenAt(folder + one)) ?? Number.POSITIVE_INFINITY
        if (writtenAt < host.now() - longestUnfinished) await files.remove(folder + one)
      }
    },
  }
}

/**
 * The keys in our own file that are complete. Our file ends with a line break, so a file that does not, or has no key,
 * was cut off by a full disk or a power failure. Anything else was written by somebody, perhaps for a reason.
 */
function wholeKeys(text: string, keys: readonly EncryptionKey[]): EncryptionKey[] {
  const isWhole = (key: EncryptionKey): boolean => /^[\w+/-]{43}=?$/.test(String(key))
  const last = keys.at(-1)
  const isCut = last !== undefined && !text.endsWith('\n') && !isWhole(last)
  const left = isCut ? keys.slice(0, -1) : [...keys]
  return left.every((key) => /^\0*$/.test(String(key))) ? [] : left
}
