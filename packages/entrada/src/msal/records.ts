/**
 * Tokens of the store as entries of MSAL's document, and back. The document is a projection: a token that has no place
 * in it, such as an on-behalf-of token or a managed identity's, is never written there, because another program could
 * take it for its own.
 */
import type { TokenKey, TokenRecord } from '../cache/token-store.ts'
import { entriesOf, type MsalDocument, type MsalEntry, removeEntry, setEntry, textField } from './document.ts'
import {
  fieldsOf,
  hasScopes,
  holderOf,
  isProven,
  type MsalTokenKey,
  matchesKey,
  recordOf,
  tokenSections,
} from './record-entry.ts'

/**
 * Whether a record has a place in MSAL's document: an application's access token, or a user's token under the home
 * account id from Entra ID (`object.tenant`), at a sign-in host. The hash of an assertion is not such an id, because it
 * has no dot.
 */
export function isProjected(key: TokenKey): key is MsalTokenKey {
  const { kind, partition, environment } = key
  const isHolder = (partition === 'app' && kind === 'access') || /^[\w-]+\.[\w-]+$/.test(partition)
  return kind !== 'account' && isHolder && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?$/i.test(environment)
}

/**
 * The record of the key, if the document has a complete one; for an application, it must also have been acquired with
 * the same proof. Of several, the one that expires last.
 */
export function readMsalRecord(document: MsalDocument, key: TokenKey): TokenRecord | undefined {
  if (!isProjected(key)) return undefined
  const found = matching(document, key).flatMap(([, entry]) =>
    isProven(entry, key) ? (recordOf(entry, key) ?? []) : [],
  )
  return found.sort((left, right) => right.expiresAt - left.expiresAt)[0]
}

/**
 * Writes a record: into the entry with the same key, whose other fields are kept, or as a new one. Any other access
 * token that would answer the same request is removed, as MSAL does: this one is newer, and may be the response to a
 * challenge that the other one met.
 */
export function writeMsalRecord(document: MsalDocument, record: TokenRecord): void {
  const { key } = record
  if (!isProjected(key) || (record.tokenType ?? 'Bearer') !== 'Bearer') return
  const section = tokenSections[key.kind]
  const same = matching(document, key)
  const place = same.find(([, entry]) => isSame(entry, key))?.[0] ?? newName(key)
  if (key.kind === 'access') for (const [name] of same) if (name !== place) removeEntry(document, section, name)
  setEntry(document, section, place, fieldsOf(record, key))
}

/** Removes the entries of the key, under every name that MSAL's libraries give them. */
export function removeMsalRecord(document: MsalDocument, key: TokenKey): void {
  if (!isProjected(key)) return
  for (const [name] of matching(document, key)) removeEntry(document, tokenSections[key.kind], name)
}

/** The keys of all tokens that the document has for a partition (`app`, or a home account id), without duplicates. */
export function listMsalKeys(document: MsalDocument, partition: string, cae: boolean): TokenKey[] {
  const kinds = Object.keys(tokenSections) as (keyof typeof tokenSections)[]
  const keys = new Map<string, TokenKey>()
  for (const kind of kinds) {
    for (const [, entry] of entriesOf(document, tokenSections[kind])) {
      const environment = textField(entry, 'environment')
      const clientId = textField(entry, 'client_id')
      if (environment === undefined || clientId === undefined) continue
      const realm = kind === 'refresh' ? undefined : textField(entry, 'realm')
      const target =
        kind === 'access' ? textField(entry, 'target')?.split(' ').filter(Boolean).sort().join(' ') : undefined
      const key: TokenKey = { kind, partition, environment, clientId, cae }
      if (realm !== undefined) key.realm = realm
      if (target !== undefined) key.target = target
      const isTheirs = (textField(entry, 'home_account_id') ?? '').toLowerCase() === holderOf(key).toLowerCase()
      if (isTheirs && isProjected(key)) keys.set(JSON.stringify(key), key)
    }
  }
  return [...keys.values()]
}

/** The libraries name entries differently, so entries are found by their content. */
function matching(document: MsalDocument, key: MsalTokenKey): [name: string, entry: MsalEntry][] {
  return entriesOf(document, tokenSections[key.kind]).filter(([, entry]) => matchesKey(entry, key))
}

function isSame(entry: MsalEntry, { kind, environment, target }: MsalTokenKey): boolean {
  const isHere = textField(entry, 'environment')?.toLowerCase() === environment.toLowerCase()
  return isHere && (kind !== 'access' || hasScopes(entry, target))
}

/** The name of a new entry, as the MSAL libraries build it: parts joined by hyphens, in lower case. */
function newName(key: MsalTokenKey): string {
  const { kind, environment, clientId, realm = '', target = '' } = key
  // One refresh token serves every tenant.
  const of = { realm: kind === 'refresh' ? '' : realm, target: kind === 'access' ? target : '' }
  return [holderOf(key), environment, tokenSections[kind], clientId, of.realm, of.target].join('-').toLowerCase()
}
