import { type MsalCacheAccess, readMsalDocument, whileLocked } from 'entrada/store'
import type { CachePlace } from './cache-place.ts'
import { KeyringError, oneLine } from './keyring-error.ts'
import type { KeyringHost } from './keyring-host.ts'
import type { StoredText } from './stored-text.ts'

/**
 * On Windows the file is written in place: if a write is in progress, it is read again after this many milliseconds.
 */
const readTries = 5
const readPause = 50
/** Programs that check at the same time whether the secret store works get in each other's way. */
const verifyTries = 3

/** The document, and whether its secret store can be written. */
export interface KeyringAccess extends MsalCacheAccess {
  /** Rejects if there is no document because the secret store cannot be used. */
  verify(): Promise<void>
}

/**
 * The document as the library uses it. It is changed only under the lock files of MSAL's extensions, and a document
 * that cannot be read is never overwritten.
 */
export function keyringAccess(name: string, place: CachePlace, text: StoredText, host: KeyringHost): KeyringAccess {
  const { store, path, siblings } = place
  let last: Promise<unknown> = Promise.resolve()

  async function read(): Promise<string | undefined> {
    const tries = store === 'DPAPI' ? readTries : 1
    for (let attempt = 1; ; attempt++) {
      try {
        return await readOnce()
      } catch (error) {
        if (attempt === tries) throw error
        await host.sleep(readPause, new AbortController().signal)
      }
    }
  }

  async function readOnce(): Promise<string | undefined> {
    const loaded = (await guarded(text.load())) ?? (await plainText())
    const document = readMsalDocument(loaded ?? '')
    if (document instanceof Map) return loaded
    throw broken(name, place, document.reason)
  }

  /**
   * Reads what programs wrote into the plain file while there was no secret store, so that it is saved with the next
   * update.
   */
  async function plainText(): Promise<string | undefined> {
    if (store === 'DPAPI') return undefined
    const bytes = await host.files.read(path)
    const plain = bytes && new TextDecoder().decode(bytes)
    return plain === undefined || plain.trim() === '' || plain.trim() === '{}' ? undefined : plain
  }

  async function update(change: (text: string | undefined) => string | undefined): Promise<void> {
    await alone(async () => {
      const changed = change((await read()) ?? (await readVerified()))
      if (changed !== undefined) await guarded(text.save(changed))
    })
  }

  /**
   * A locked keyring appears to be empty. Reads again after it was unlocked, so that its content is not overwritten.
   */
  async function readVerified(): Promise<string | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        await guarded(text.verify())
        return await read()
      } catch (error) {
        if (attempt === verifyTries) throw error
        await host.sleep(readPause, new AbortController().signal)
      }
    }
  }

  async function alone(task: () => Promise<void>): Promise<void> {
    const locks = siblings.length === 0 ? [path] : siblings
    await locks.reduceRight((inner, lock) => () => whileLocked(lock, host, inner), task)()
  }

  async function guarded<T>(working: Promise<T>): Promise<T> {
    try {
      return await working
    } catch (cause) {
      throw cause instanceof SyntaxError ? broken(name, place, cause) : unusable(name, place, cause)
    }
  }

  return {
    read,
    verify: () => alone(async () => void (await readVerified())),
    /** Runs one update after the other: the lock separates programs, not the calls within one. */
    update(change) {
      const mine = last.then(() => update(change))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

/** The error for a secret store that did not do what it was asked to do. */
export function unusable(name: string, { store }: CachePlace, cause: unknown): KeyringError {
  const message = oneLine(cause)
  const reason = `${store} cannot be used for ${name}: ${message}.`
  if (store === 'DPAPI') {
    return new KeyringError({
      reason,
      remedy: 'Remove the file and sign in again; Windows lets only the user who wrote it read it.',
      cause,
    })
  }
  const isLocked = /dismissed|locked|denied|interaction|cancel/i.test(message)
  const remedy = isLocked
    ? 'Unlock the keyring, or set unsafeAllowUnencryptedStorage.'
    : 'Run where a keyring service runs (on Linux with D-Bus; see the README), or set unsafeAllowUnencryptedStorage.'
  return new KeyringError({ reason, remedy, cause })
}

function broken(name: string, place: CachePlace, why: unknown): KeyringError {
  const reason = `the entry ${name} in ${place.store} is not an MSAL cache: ${oneLine(why)}.`
  const remedy = 'Nothing was changed. Remove the entry Microsoft.Developer.IdentityService there, and sign in again.'
  return new KeyringError({ reason, remedy, cause: why instanceof Error ? why : undefined })
}
