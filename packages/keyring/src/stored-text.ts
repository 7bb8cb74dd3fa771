import { type MsalDocument, msalDocumentText, readMsalDocument } from 'entrada/store'
import { type CachePlace, service, sharedAccount } from './cache-place.ts'
import type { KeyringHost } from './keyring-host.ts'
import type { MsalExtensions, Persistence } from './msal-extensions.ts'

/** A document's text in the secret store. */
export interface StoredText {
  load(): Promise<string | undefined>
  save(text: string): Promise<void>
  /** Rejects where the secret store can't be written. */
  verify(): Promise<void>
}

/** What the secret store holds of the document. Makes the file beside it, if it is not there. */
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
 * A document in two entries. `@azure/identity` has one entry on Linux for revocable tokens and the others alike: who is
 * signed in is read and written there. Its access tokens are of unknown kind, so they are left alone, and this
 * document's own stand in an entry of their own.
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

/** The document with the access tokens of another one in the place of its own. */
function withTokens(document: MsalDocument, other: MsalDocument): MsalDocument {
  const result = new Map(document)
  result.delete('AccessToken')
  if (other.has('AccessToken')) result.set('AccessToken', other.get('AccessToken'))
  return result
}

function parsed(text: string | undefined): MsalDocument {
  const document = readMsalDocument(text ?? '')
  if (document instanceof Map) return document
  throw new SyntaxError(`what is kept there is no cache of MSAL: ${document.reason}`)
}

function same(left: MsalDocument, right: MsalDocument): boolean {
  return JSON.stringify([...left].sort(byName)) === JSON.stringify([...right].sort(byName))
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1
}

/** Programs look at the file of the document that they use: those of the entry's other document are told, too. */
async function announce(siblings: readonly string[], path: string, host: KeyringHost): Promise<void> {
  for (const sibling of siblings) if (sibling !== path) await host.touch(sibling).catch(() => undefined)
}
