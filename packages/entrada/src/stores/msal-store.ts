import { refreshTokenLife, type TokenKey, type TokenRecord, type TokenStore } from '../cache/token-store.ts'
import type { MsalCacheAccess } from '../msal/access.ts'
import { readMsalAccountRecord, removeMsalAccountRecord, writeMsalAccountRecord } from '../msal/account-record.ts'
import { documentsByClient, type MsalDocument, msalDocumentText, readMsalDocument } from '../msal/document.ts'
import { isProjected, listMsalKeys, readMsalRecord, removeMsalRecord, writeMsalRecord } from '../msal/records.ts'
import { asListed } from './record-life.ts'

/**
 * A store in the two documents of an MSAL cache, one for revocable tokens and one for the others, wherever they are
 * kept. Tokens that have no place in MSAL's format (on-behalf-of, managed identities) are silently not kept. A sign-in
 * is written into both documents, because another SDK may read only one of them.
 */
export function msalTokenStore(
  documents: { plain: MsalCacheAccess; revocable: MsalCacheAccess },
  now: () => number,
): TokenStore {
  const plain = { cae: false, access: documents.plain }
  const revocable = { cae: true, access: documents.revocable }
  const documentsOf = ({ kind, cae }: TokenKey) =>
    kind === 'refresh' || kind === 'account' ? [plain, revocable] : [cae ? revocable : plain]

  async function change(key: TokenKey, edit: (document: MsalDocument) => void): Promise<void> {
    if (!hasPlace(key)) return
    for (const { access } of documentsOf(key)) await access.update((text) => edited(text, edit))
  }

  async function get(key: TokenKey): Promise<TokenRecord | undefined> {
    if (!hasPlace(key)) return undefined
    const documents: MsalDocument[] = []
    for (const { access } of documentsOf(key)) documents.push(await documentOf(access))
    return newestOf(documents, key)
  }

  function newestOf(documents: readonly MsalDocument[], key: TokenKey): TokenRecord | undefined {
    const found = documents.flatMap((document) => readRecord(document, key, now()) ?? [])
    return found.filter(({ expiresAt }) => expiresAt > now()).sort((left, right) => right.cachedAt - left.cachedAt)[0]
  }

  return {
    get,
    set: (record) =>
      change(record.key, (document) => {
        if (record.key.kind === 'account') writeMsalAccountRecord(document, record)
        else writeMsalRecord(document, record)
      }),
    delete: (key) =>
      change(key, (document) => {
        if (key.kind === 'account') removeMsalAccountRecord(document, key)
        else removeMsalRecord(document, key)
      }),
    async list(partition) {
      const keys = new Map<string, TokenKey>()
      const holder = partition === 'app' ? '' : partition
      const parts = new Map<boolean, Map<string, MsalDocument>>()
      for (const { cae, access } of [plain, revocable]) {
        const document = await documentOf(access)
        parts.set(cae, documentsByClient(document, holder))
        for (const key of listMsalKeys(document, partition, cae)) {
          // The same sign-in is in both documents.
          const one = key.kind === 'refresh' ? { ...key, cae: false } : key
          keys.set(JSON.stringify(one), one)
        }
      }
      // Accounts come last: deleting what is listed signs the user out, and an account is removed only after its
      // refresh tokens.
      const signIns = [...keys.values()].filter(({ kind }) => kind === 'refresh')
      const accounts = signIns.map((key): TokenKey => ({ ...key, kind: 'account' }))
      const records: TokenRecord[] = []
      for (const key of [...keys.values(), ...accounts]) {
        const of = documentsOf(key).flatMap(({ cae }) => parts.get(cae)?.get(key.clientId.toLowerCase()) ?? [])
        const record = newestOf(of, key)
        if (record !== undefined) records.push(asListed(record))
      }
      return records
    },
  }
}

/** Accounts have a place too, along with the tokens of the same user. */
function hasPlace(key: TokenKey): boolean {
  return isProjected(key.kind === 'account' ? { ...key, kind: 'refresh' } : key)
}

function readRecord(document: MsalDocument, key: TokenKey, now: number): TokenRecord | undefined {
  if (key.kind === 'account') return readMsalAccountRecord(document, key, now)
  const record = readMsalRecord(document, key)
  if (record === undefined || key.kind === 'access') return record
  // Not every library records when it stored a refresh token, and none records how long it is valid, which only the
  // server knows.
  return { ...record, cachedAt: record.cachedAt || now, expiresAt: now + refreshTokenLife }
}

async function documentOf(access: MsalCacheAccess): Promise<MsalDocument> {
  return parsed(await access.read())
}

function edited(text: string | undefined, edit: (document: MsalDocument) => void): string | undefined {
  const document = parsed(text)
  const before = JSON.stringify([...document])
  edit(document)
  return JSON.stringify([...document]) === before ? undefined : msalDocumentText(document)
}

function parsed(text: string | undefined): MsalDocument {
  const document = readMsalDocument(text ?? '')
  if (document instanceof Map) return document
  throw new Error(`the document is not an MSAL cache: ${document.reason}`)
}
