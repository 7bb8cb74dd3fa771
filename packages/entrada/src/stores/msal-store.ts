import type { TokenKey, TokenRecord, TokenStore } from '../cache/token-store.ts'
import type { MsalCacheAccess } from '../msal/access.ts'
import { readMsalAccountRecord, removeMsalAccountRecord, writeMsalAccountRecord } from '../msal/account-record.ts'
import { type MsalDocument, msalDocumentText, readMsalDocument } from '../msal/document.ts'
import { listMsalKeys } from '../msal/list-keys.ts'
import { isProjected, readMsalRecord, removeMsalRecord, writeMsalRecord } from '../msal/records.ts'

/** As long as Entra ID keeps a sign-in that is used, in milliseconds. */
const signInLife = 90 * 24 * 3600_000

/**
 * A store in the two documents of an MSAL cache, one for revocable tokens and one for the others, wherever they are
 * kept. What has no place in MSAL's format (on-behalf-of, managed identities) is not kept, and no error. A sign-in goes
 * into both documents, since other SDKs look into one of them.
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
    const found: TokenRecord[] = []
    for (const { access } of documentsOf(key)) {
      const record = readRecord(await documentOf(access), key, now())
      if (record !== undefined && record.expiresAt > now()) found.push(record)
    }
    return found.sort((left, right) => right.cachedAt - left.cachedAt)[0]
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
      for (const { cae, access } of [plain, revocable]) {
        for (const key of listMsalKeys(await documentOf(access), partition, cae)) {
          // One sign-in is in both documents.
          const one = key.kind === 'refresh' ? { ...key, cae: false } : key
          keys.set(JSON.stringify(one), one)
        }
      }
      // Accounts last: who deletes what is listed signs out, and an account goes after its refresh tokens.
      const signIns = [...keys.values()].filter(({ kind }) => kind === 'refresh')
      const accounts = signIns.map((key): TokenKey => ({ ...key, kind: 'account' }))
      const records: TokenRecord[] = []
      for (const key of [...keys.values(), ...accounts]) {
        const record = await get(key)
        if (record !== undefined) records.push(record)
      }
      return records
    },
  }
}

/** Accounts are projected with the tokens of the same user. */
function hasPlace(key: TokenKey): boolean {
  return isProjected(key.kind === 'account' ? { ...key, kind: 'refresh' } : key)
}

function readRecord(document: MsalDocument, key: TokenKey, now: number): TokenRecord | undefined {
  if (key.kind === 'account') return readMsalAccountRecord(document, key, now)
  const record = readMsalRecord(document, key)
  if (record === undefined || key.kind === 'access') return record
  // Not every library writes when it kept a refresh token, and none how long it is good: the server knows.
  return { ...record, cachedAt: record.cachedAt || now, expiresAt: now + signInLife }
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
  throw new Error(`the document is no cache of MSAL: ${document.reason}`)
}
