import type { TokenKey, TokenRecord } from '../cache/token-store.ts'
import { type MsalEntry, textField, timeField } from './document.ts'
import { aliasesOf } from './environments.ts'

/** The sections of tokens, by the kinds of the store's records. */
export const tokenSections = { access: 'AccessToken', refresh: 'RefreshToken', id: 'IdToken' } as const

/** The key of a record that has a place in the document: accounts have no secret. */
export type MsalTokenKey = TokenKey & { kind: keyof typeof tokenSections }

/** What binds a token to more than its key says: a key, an assertion, a challenge, other parts of a cache key. */
const bindings = [
  'key_id',
  'userAssertionHash',
  'user_assertion_hash',
  'requestedClaimsHash',
  'requested_claims_hash',
  'additionalCacheKeyComponents',
]

/** Entra ID's life of a refresh token that is used, in milliseconds. */
const refreshTokenLife = 90 * 24 * 3600_000

/** The home account id of a partition. An application's own tokens have none. */
export function holderOf({ partition }: TokenKey): string {
  return partition === 'app' ? '' : partition
}

/** Whether the key asks for this entry: an access token may be good for more scopes than are asked for. */
export function matchesKey(entry: MsalEntry, key: MsalTokenKey): boolean {
  const { kind, environment, clientId, realm, target } = key
  const isOne =
    textField(entry, 'credential_type') === tokenSections[kind] &&
    sameText(textField(entry, 'home_account_id') ?? '', holderOf(key)) &&
    aliasesOf(environment).includes(textField(entry, 'environment')?.toLowerCase() ?? '') &&
    sameText(textField(entry, 'client_id'), clientId) &&
    (kind === 'refresh' || realm === undefined || sameText(textField(entry, 'realm'), realm))
  if (!isOne || kind !== 'access') return isOne
  const held = scopesOf(textField(entry, 'target'))
  return isPlainBearer(entry) && [...scopesOf(target)].every((scope) => held.has(scope))
}

/** Whether the entry is good for these scopes and no others. */
export function hasScopes(entry: MsalEntry, target: string | undefined): boolean {
  const held = scopesOf(textField(entry, 'target'))
  const asked = scopesOf(target)
  return held.size === asked.size && [...asked].every((scope) => held.has(scope))
}

/** The record of an entry, or `undefined` for one that is not whole. */
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

/** The fields of a record. What is `undefined` is not written, and takes an older value away. */
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
    cached_at: seconds(cachedAt),
    expires_on: seconds(expiresAt),
    extended_expires_on: seconds(expiresAt),
    refresh_on: refreshAt === undefined ? undefined : seconds(refreshAt),
  }
}

function isPlainBearer(entry: MsalEntry): boolean {
  const isBound = bindings.some((name) => Object.hasOwn(entry, name) && entry[name] !== null)
  return !isBound && sameText(textField(entry, 'token_type') ?? 'Bearer', 'Bearer')
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
