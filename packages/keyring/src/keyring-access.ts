import { type MsalCacheAccess, readMsalDocument, whileLocked } from 'entrada/store'
import type { CachePlace } from './cache-place.ts'
import { KeyringError } from './keyring-error.ts'
import type { KeyringHost } from './keyring-host.ts'
import { oneLine } from './one-line.ts'
import type { StoredText } from './stored-text.ts'

/** Windows' file is written in place: one that is caught half-way is read again, so many milliseconds later. */
const readTries = 5
const readPause = 50
/** Programs that look at once whether the secret store works get in each other's way. */
const verifyTries = 3

/** The document, and whether its secret store can be written. */
export interface KeyringAccess extends MsalCacheAccess {
  /** Rejects where there is no document because the secret store can't be used. */
  verify(): Promise<void>
}

/**
 * The document as the library uses it. Whoever changes it holds the lock files of MSAL's extensions; what can't be read
 * is never written over.
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

  /** What a program wrote into the plain file, while there was no secret store, is in there once this is saved. */
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

  /** A locked keyring seems to be empty. What is unlocked for the first write is not written over. */
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
    /** One after the other: the lock tells programs apart, not the calls of this one. */
    update(change) {
      const mine = last.then(() => update(change))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

/** The secret store did not do what it was asked to. */
export function unusable(name: string, { store }: CachePlace, cause: unknown): KeyringError {
  const said = oneLine(cause)
  const reason = `${store} can't be used for ${name}: ${said}.`
  if (store === 'DPAPI') {
    return new KeyringError({
      reason,
      mend: 'Remove the file to sign in anew; Windows reads it for the user who wrote it.',
      cause,
    })
  }
  const isLocked = /dismissed|locked|denied|interaction|cancel/i.test(said)
  const mend = isLocked
    ? 'Unlock the keyring, or set unsafeAllowUnencryptedStorage.'
    : 'Run where a keyring service runs (on Linux with D-Bus; see the README), or set unsafeAllowUnencryptedStorage.'
  return new KeyringError({ reason, mend, cause })
}

function broken(name: string, place: CachePlace, why: unknown): KeyringError {
  const reason = `${place.store} has something else than a cache of MSAL as ${name}: ${oneLine(why)}.`
  const mend = 'Nothing was changed. Remove the entry Microsoft.Developer.IdentityService there, and sign in again.'
  return new KeyringError({ reason, mend, cause: why instanceof Error ? why : undefined })
}
