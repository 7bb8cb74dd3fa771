import type { TokenKey, TokenRecord, TokenStore } from '../cache/token-store.ts'
import type { MsalCacheAccess } from '../msal/access.ts'
import { readMsalAccountRecord, removeMsalAccountRecord, writeMsalAccountRecord } from '../msal/account-record.ts'
import { type MsalDocument, msalDocumentText, readMsalDocument } from '../msal/document.ts'
import { listMsalKeys } from '../msal/list-keys.ts'
import { isProjected, readMsalRecord, removeMsalRecord, writeMsalRecord } from '../msal/records.ts'

/**
 * A store in the two documents of an MSAL cache, one for revocable tokens and one for the others, wherever they are
 * kept. What has no place in MSAL's format is not kept, and no error.
 */
export function msalTokenStore(
  documents: { plain: MsalCacheAccess; revocable: MsalCacheAccess },
  now: () => number,
): TokenStore {
  const accessOf = (cae: boolean): MsalCacheAccess => (cae ? documents.revocable : documents.plain)

  async function change(key: TokenKey, edit: (document: MsalDocument) => void): Promise<void> {
    if (!hasPlace(key)) return
    await accessOf(key.cae).update((text) => {
      const document = parsed(text)
      edit(document)
      return msalDocumentText(document)
    })
  }

  async function get(key: TokenKey): Promise<TokenRecord | undefined> {
    if (!hasPlace(key)) return undefined
    const document = parsed(await accessOf(key.cae).read())
    const record = key.kind === 'account' ? readMsalAccountRecord(document, key, now()) : readMsalRecord(document, key)
    return record !== undefined && record.expiresAt > now() ? record : undefined
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
      const found: TokenRecord[] = []
      for (const cae of [false, true]) {
        const listed = listMsalKeys(parsed(await accessOf(cae).read()), partition, cae)
        // An account goes after its refresh tokens: who deletes what is listed signs out.
        const accounts = listed
          .filter(({ kind }) => kind === 'refresh')
          .map((key): TokenKey => ({ ...key, kind: 'account' }))
        for (const key of [...listed, ...accounts]) {
          const record = await get(key)
          if (record !== undefined) found.push(record)
        }
      }
      return found
    },
  }
}

/** Accounts are projected with the tokens of the same user. */
function hasPlace(key: TokenKey): boolean {
  return isProjected(key.kind === 'account' ? { ...key, kind: 'refresh' } : key)
}

function parsed(text: string | undefined): MsalDocument {
  const document = readMsalDocument(text ?? '')
  if (document instanceof Map) return document
  throw new Error(`the document is no cache of MSAL: ${document.reason}`)
}
