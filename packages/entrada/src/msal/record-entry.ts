import { refreshTokenLife, type TokenKey, type TokenRecord } from '../cache/token-store.ts'
import { builtin } from '../runtime/builtin.ts'
import { equalIgnoringCase } from '../runtime/equal-ignoring-case.ts'
import { type MsalEntry, textField, timeField } from './document.ts'
import { aliasesOf } from './environments.ts'

/** The token sections, by kind of record in the store. */
export const tokenSections = { access: 'AccessToken', refresh: 'RefreshToken', id: 'IdToken' } as const

/** The key of a record that becomes a token entry in the document; accounts do not, because they have no secret. */
export type MsalTokenKey = TokenKey & { kind: keyof typeof tokenSections }

/**
 * Fields that bind a token to more than the record's key: a cryptographic key, an assertion, a challenge, other parts
 * of a cache key.
 */
const bindings = [
  'key_id',
  'userAssertionHash',
  'user_assertion_hash',
  'requestedClaimsHash',
  'requested_claims_hash',
  'additionalCacheKeyComponents',
]

/**
 * The field in which we keep what an application authenticated with to get a token. MSAL has no such field: other
 * programs may return the token to anybody who knows the client id, while we return it only to those who prove the
 * same.
 */
const proofField = 'entrada_proof'

/** The proof of a key in the form that an entry has: hashed once more, so that a key cannot be derived from it. */
function proofOf({ proof }: TokenKey): string | undefined {
  if (proof === undefined) return undefined
  const hash = builtin('node:crypto')?.createHash('sha256').update(`entry of entrada\n${proof}`)
  // Without a hash function, a random value makes sure that no proof matches.
  return hash?.digest('hex') ?? crypto.randomUUID()
}

/** Whether an entry may be returned for this key. */
export function isProven(entry: MsalEntry, key: MsalTokenKey): boolean {
  return key.partition !== 'app' || textField(entry, proofField) === proofOf(key)
}

/** The home account id of a partition. An application's own tokens have none. */
export function holderOf({ partition }: TokenKey): string {
  return partition === 'app' ? '' : partition
}

/** Whether this entry answers the key: an access token may be valid for more scopes than are requested. */
export function matchesKey(entry: MsalEntry, key: MsalTokenKey): boolean {
  const { kind, environment, clientId, realm, target } = key
  const isOne =
    textField(entry, 'credential_type') === tokenSections[kind] &&
    equalIgnoringCase(textField(entry, 'home_account_id') ?? '', holderOf(key)) &&
    aliasesOf(environment).includes(textField(entry, 'environment')?.toLowerCase() ?? '') &&
    equalIgnoringCase(textField(entry, 'client_id'), clientId) &&
    (kind === 'refresh' || realm === undefined || equalIgnoringCase(textField(entry, 'realm'), realm))
  if (!isOne || kind !== 'access') return isOne
  const held = scopesOf(textField(entry, 'target'))
  return isPlainBearer(entry) && [...scopesOf(target)].every((scope) => held.has(scope))
}

/** Whether the entry is valid for exactly these scopes. */
export function hasScopes(entry: MsalEntry, target: string | undefined): boolean {
  const held = scopesOf(textField(entry, 'target'))
  const asked = scopesOf(target)
  return held.size === asked.size && [...asked].every((scope) => held.has(scope))
}

/** The record of an entry, or `undefined` if it is incomplete. */
export function recordOf(entry: MsalEntry, key: MsalTokenKey): TokenRecord | undefined {
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

/** The fields of a record. A field that is `undefined` is not written, and removes an older value. */
export function fieldsOf({ secret, cachedAt, expiresAt, refreshAt }: TokenRecord, key: MsalTokenKey): MsalEntry {
  const { kind, environment, clientId: client_id, realm, target } = key
  const who = { home_account_id: holderOf(key), environment, client_id, credential_type: tokenSections[kind], secret }
  if (kind === 'refresh') return { ...who, last_modification_time: seconds(cachedAt) }
  if (kind === 'id') return { ...who, realm }
  return {
    ...who,
    realm,
    target,
    token_type: 'Bearer',
    [proofField]: proofOf(key),
    cached_at: seconds(cachedAt),
    expires_on: seconds(expiresAt),
    extended_expires_on: seconds(expiresAt),
    refresh_on: refreshAt === undefined ? undefined : seconds(refreshAt),
  }
}

function isPlainBearer(entry: MsalEntry): boolean {
  const isBound = bindings.some((name) => Object.hasOwn(entry, name) && entry[name] !== null)
  return !isBound && equalIgnoringCase(textField(entry, 'token_type') ?? 'Bearer', 'Bearer')
}

function scopesOf(target: string | undefined): Set<string> {
  return new Set(target?.split(' ').filter(Boolean))
}

function seconds(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1000))
}
