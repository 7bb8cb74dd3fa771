/**
 * Tokens of the store as entries of MSAL's document, and back. The document is a projection: what has no place in it, an
 * on-behalf-of or a managed identity's token, is never written there, because another program could take it for its own.
 */
import type { TokenKey, TokenRecord } from '../cache/token-store.ts'
import {
  entriesOf,
  type MsalDocument,
  type MsalEntry,
  removeEntry,
  setEntry,
  textField,
  timeField,
} from './document.ts'
import { aliasesOf } from './environments.ts'
import { credentialKey } from './keys.ts'

/** What binds a token to more than its key says: a key, an assertion, a challenge, other parts of a cache key. */
const bindings = [
  'key_id',
  'userAssertionHash',
  'user_assertion_hash',
  'requestedClaimsHash',
  'requested_claims_hash',
  'additionalCacheKeyComponents',
]

const sections = { access: 'AccessToken', refresh: 'RefreshToken', id: 'IdToken' } as const

/** Entra ID's life of a refresh token that is used, in milliseconds. */
const refreshTokenLife = 90 * 24 * 3600_000

/**
 * Whether a record has a place in MSAL's document: an application's own, or a user's under the home account id that
 * Entra ID gives (`object.tenant`), at a host that signs in. An assertion's hash has no dot.
 */
export function isProjected({ kind, partition, environment }: TokenKey): boolean {
  const isHolder = (partition === 'app' && kind === 'access') || /^[\w-]+\.[\w-]+$/.test(partition)
  return kind !== 'account' && isHolder && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?$/i.test(environment)
}

/** The record of the key, if the document has one that is whole. Of several the one that lasts longest. */
export function readMsalRecord(document: MsalDocument, key: TokenKey): TokenRecord | undefined {
  const found = matching(document, key).flatMap(([, entry]) => recordOf(entry, key) ?? [])
  return found.sort((left, right) => right.expiresAt - left.expiresAt)[0]
}

/** Writes a record: over the entry of the same key, whose other fields stay, or as a new one. */
export function writeMsalRecord(document: MsalDocument, record: TokenRecord): void {
  const { key, secret, cachedAt, expiresAt, refreshAt } = record
  const { kind, partition, environment, clientId, realm, target } = key
  if (!isProjected(key) || kind === 'account' || (record.tokenType ?? 'Bearer') !== 'Bearer') return
  const section = sections[kind]
  const homeAccountId = partition === 'app' ? '' : partition
  const who = { home_account_id: homeAccountId, environment, client_id: clientId, credential_type: section, secret }
  const parts = { type: section, homeAccountId, environment, clientId }
  const own = kind === 'refresh' ? parts : { ...parts, ...(realm && { realm }), ...(target && { target }) }
  const fields =
    kind === 'refresh'
      ? { ...who, last_modification_time: seconds(cachedAt) }
      : kind === 'id'
        ? { ...who, realm }
        : {
            ...who,
            realm,
            target,
            token_type: 'Bearer',
            cached_at: seconds(cachedAt),
            expires_on: seconds(expiresAt),
            extended_expires_on: seconds(expiresAt),
            refresh_on: refreshAt === undefined ? undefined : seconds(refreshAt),
          }
  setEntry(document, section, sameEntry(document, key) ?? credentialKey(own), fields)
}

/** Removes what the key names, under every name that MSAL's libraries give it. */
export function removeMsalRecord(document: MsalDocument, key: TokenKey): void {
  if (key.kind === 'account') return
  for (const [name] of matching(document, key)) removeEntry(document, sections[key.kind], name)
}

/** The entry to write over: libraries differ in the key, and two entries of one token would be one too many. */
function sameEntry(document: MsalDocument, key: TokenKey): string | undefined {
  const same = ([, entry]: [string, MsalEntry]): boolean =>
    sameText(textField(entry, 'environment'), key.environment) &&
    (key.kind !== 'access' || scopesOf(textField(entry, 'target')).size === scopesOf(key.target).size)
  return matching(document, key).find(same)?.[0]
}

function matching(document: MsalDocument, key: TokenKey): [string, MsalEntry][] {
  if (!isProjected(key) || key.kind === 'account') return []
  return entriesOf(document, sections[key.kind]).filter(([, entry]) => matches(entry, key))
}

function matches(entry: MsalEntry, { kind, partition, environment, clientId, realm, target }: TokenKey): boolean {
  const isOne =
    textField(entry, 'credential_type') === (kind === 'account' ? undefined : sections[kind]) &&
    sameText(textField(entry, 'home_account_id') ?? '', partition === 'app' ? '' : partition) &&
    aliasesOf(environment).includes(textField(entry, 'environment')?.toLowerCase() ?? '') &&
    sameText(textField(entry, 'client_id'), clientId) &&
    (kind === 'refresh' || realm === undefined || sameText(textField(entry, 'realm'), realm))
  if (!isOne || kind !== 'access') return isOne
  const held = scopesOf(textField(entry, 'target'))
  return (
    sameText(textField(entry, 'token_type') ?? 'Bearer', 'Bearer') &&
    bindings.every((name) => !Object.hasOwn(entry, name) || entry[name] === null) &&
    [...scopesOf(target)].every((scope) => held.has(scope))
  )
}

function recordOf(entry: MsalEntry, key: TokenKey): TokenRecord | undefined {
  const secret = textField(entry, 'secret')
  if (secret === undefined || !/^[\x21-\x7e]+$/.test(secret)) return undefined
  if (key.kind !== 'access') {
    const cachedAt = timeField(entry, 'last_modification_time') ?? 0
    return { key, secret, cachedAt, expiresAt: cachedAt + refreshTokenLife }
  }
  const expiresAt = timeField(entry, 'expires_on')
  const cachedAt = timeField(entry, 'cached_at')
  const refreshAt = timeField(entry, 'refresh_on')
  if (expiresAt === undefined || cachedAt === undefined) return undefined
  return { key, secret, tokenType: 'Bearer', cachedAt, expiresAt, ...(refreshAt === undefined ? {} : { refreshAt }) }
}

function scopesOf(target: string | undefined): Set<string> {
  return new Set(target?.split(' ').filter(Boolean))
}

function sameText(left: string | undefined, right: string): boolean {
  return left?.toLowerCase() === right.toLowerCase()
}

function seconds(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1000))
}
