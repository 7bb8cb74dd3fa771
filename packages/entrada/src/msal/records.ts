/**
 * Tokens of the store as entries of MSAL's document, and back. The document is a projection: what has no place in it, an
 * on-behalf-of or a managed identity's token, is never written there, because another program could take it for its own.
 */
import type { TokenKey, TokenRecord } from '../cache/token-store.ts'
import { entriesOf, type MsalDocument, type MsalEntry, removeEntry, setEntry, textField } from './document.ts'
import { credentialKey } from './keys.ts'
import {
  fieldsOf,
  hasScopes,
  holderOf,
  type MsalTokenKey,
  matchesKey,
  recordOf,
  tokenSections,
} from './record-entry.ts'

/**
 * Whether a record has a place in MSAL's document: an application's access token, or a user's token under the home
 * account id that Entra ID gives (`object.tenant`), at a host that signs in. An assertion's hash has no dot.
 */
export function isProjected(key: TokenKey): key is MsalTokenKey {
  const { kind, partition, environment } = key
  const isHolder = (partition === 'app' && kind === 'access') || /^[\w-]+\.[\w-]+$/.test(partition)
  return kind !== 'account' && isHolder && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?$/i.test(environment)
}

/** The record of the key, if the document has one that is whole. Of several the one that lasts longest. */
export function readMsalRecord(document: MsalDocument, key: TokenKey): TokenRecord | undefined {
  if (!isProjected(key)) return undefined
  const found = matching(document, key).flatMap(([, entry]) => recordOf(entry, key) ?? [])
  return found.sort((left, right) => right.expiresAt - left.expiresAt)[0]
}

/**
 * Writes a record: over the entry of the same key, whose other fields stay, or as a new one. Another access token that
 * would answer the same request goes, as with MSAL: this one is newer, and may have come for a challenge to that one.
 */
export function writeMsalRecord(document: MsalDocument, record: TokenRecord): void {
  const { key } = record
  if (!isProjected(key) || (record.tokenType ?? 'Bearer') !== 'Bearer') return
  const section = tokenSections[key.kind]
  const same = matching(document, key)
  const place = same.find(([, entry]) => isSame(entry, key))?.[0] ?? newKey(key)
  if (key.kind === 'access') for (const [name] of same) if (name !== place) removeEntry(document, section, name)
  setEntry(document, section, place, fieldsOf(record, key))
}

/** Removes what the key names, under every name that MSAL's libraries give it. */
export function removeMsalRecord(document: MsalDocument, key: TokenKey): void {
  if (!isProjected(key)) return
  for (const [name] of matching(document, key)) removeEntry(document, tokenSections[key.kind], name)
}

/** The libraries differ in the names of entries, so these are found by what is in them. */
function matching(document: MsalDocument, key: MsalTokenKey): [name: string, entry: MsalEntry][] {
  return entriesOf(document, tokenSections[key.kind]).filter(([, entry]) => matchesKey(entry, key))
}

function isSame(entry: MsalEntry, { kind, environment, target }: MsalTokenKey): boolean {
  const isHere = textField(entry, 'environment')?.toLowerCase() === environment.toLowerCase()
  return isHere && (kind !== 'access' || hasScopes(entry, target))
}

function newKey(key: MsalTokenKey): string {
  const { kind, environment, clientId, realm = '', target = '' } = key
  const parts = { type: tokenSections[kind], homeAccountId: holderOf(key), environment, clientId }
  if (kind === 'refresh') return credentialKey(parts)
  return credentialKey({ ...parts, realm, target: kind === 'access' ? target : '' })
}
