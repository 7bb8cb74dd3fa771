import { type MsalDocument, msalDocumentText, readMsalDocument } from 'entrada/store'
import { type CachePlace, service, sharedAccount } from './cache-place.ts'
import type { KeyringHost } from './keyring-host.ts'
import type { MsalExtensions, Persistence } from './msal-extensions.ts'

/** A document's text in the secret store. */
export interface StoredText {
  load(): Promise<string | undefined>
  save(text: string): Promise<void>
  /** Rejects if the secret store cannot be written. */
  verify(): Promise<void>
}

/** The document's text in the secret store. Creates the file beside it, if it does not exist. */
export async function storedText(place: CachePlace, library: MsalExtensions, host: KeyringHost): Promise<StoredText> {
  const { store, path, account, siblings } = place
  if (store === 'DPAPI') return one(await library.FilePersistenceWithDataProtection.create(path, 'CurrentUser'))
  if (store === 'Keychain') return one(await library.KeychainPersistence.create(path, service, account))
  const own = one(await library.LibSecretPersistence.create(path, service, account))
  if (siblings.length === 0) return own
  const shared = one(await library.LibSecretPersistence.create(path, service, sharedAccount))
  return joined(own, shared, () => announce(siblings, path, host))
}

function one(persistence: Persistence): StoredText {
  return {
    load: async () => (await persistence.load()) || undefined,
    save: (text) => persistence.save(text),
    verify: async () => void (await persistence.verifyPersistence()),
  }
}

/**
 * A document in two entries. On Linux, `@azure/identity` has one entry for revocable and other tokens alike: sign-ins
 * are read and written there. It is not known of which kind the access tokens in it are, so they are left alone, and
 * this document's own access tokens are kept in a separate entry.
 */
function joined(own: StoredText, shared: StoredText, announceShared: () => Promise<void>): StoredText {
  return {
    verify: own.verify,
    async load() {
      const [signIns, tokens] = [await shared.load(), await own.load()]
      if (signIns === undefined && tokens === undefined) return undefined
      const document = parsed(signIns)
      return msalDocumentText(withTokens(document, parsed(tokens)))
    },
    async save(text) {
      const document = parsed(text)
      const [signIns, tokens] = [await shared.load(), await own.load()]
      const before = parsed(signIns)
      const after = withTokens(document, before)
      if (signIns === undefined || !same(before, after)) {
        await shared.save(msalDocumentText(after))
        await announceShared()
      }
      const ownAfter = withTokens(new Map(), document)
      if (!same(parsed(tokens), ownAfter)) await own.save(msalDocumentText(ownAfter))
    },
  }
}

/** The document with the access tokens of another one in place of its own. */
function withTokens(document: MsalDocument, other: MsalDocument): MsalDocument {
  const result = new Map(document)
  result.delete('AccessToken')
  if (other.has('AccessToken')) result.set('AccessToken', other.get('AccessToken'))
  return result
}

function parsed(text: string | undefined): MsalDocument {
  const document = readMsalDocument(text ?? '')
  if (document instanceof Map) return document
  throw new SyntaxError(`the text there is not an MSAL cache: ${document.reason}`)
}

function same(left: MsalDocument, right: MsalDocument): boolean {
  return JSON.stringify([...left].sort(byName)) === JSON.stringify([...right].sort(byName))
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1
}

/** Programs watch the file of the document that they use, so the file of the entry's other document is touched too. */
async function announce(siblings: readonly string[], path: string, host: KeyringHost): Promise<void> {
  for (const sibling of siblings) if (sibling !== path) await host.touch(sibling).catch(() => undefined)
}
