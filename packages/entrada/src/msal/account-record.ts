/**
 * Who has signed in, as a record of the token store and as an entry of MSAL's document. The record's secret is the
 * sign-in's own (an `AuthenticationRecord` as base64url of JSON), so that a store needs to know nothing of it.
 */
import type { TokenKey, TokenRecord } from '../cache/token-store.ts'
import { entriesOf, type MsalDocument, type MsalEntry, removeEntry, textField, timeField } from './document.ts'
import { aliasesOf } from './environments.ts'
import { writeMsalAccount } from './write-account.ts'

/** As long as Entra ID keeps a sign-in that is used, in milliseconds. */
const accountLife = 90 * 24 * 3600_000

/** The account of the key, if the document has it. `now` dates an entry that says no time. */
export function readMsalAccountRecord(document: MsalDocument, key: TokenKey, now: number): TokenRecord | undefined {
  const [entry] = entriesOf(document, 'Account').flatMap(([, found]) => (isOf(found, key) ? [found] : []))
  if (entry === undefined || !hasRefreshToken(document, key, key.clientId)) return undefined
  const [, homeTenant = ''] = key.partition.split('.')
  const record = {
    authority: textField(entry, 'environment'),
    homeAccountId: key.partition,
    clientId: key.clientId,
    tenantId: textField(entry, 'realm') ?? homeTenant,
    username: textField(entry, 'username') ?? '',
    version: '1.0',
  }
  const cachedAt = timeField(entry, 'last_modification_time') ?? now
  return { key, secret: base64url(JSON.stringify(record)), cachedAt, expiresAt: cachedAt + accountLife }
}

/** Writes the account of a record, so that other programs find its tokens. What is no account is left out. */
export function writeMsalAccountRecord(document: MsalDocument, { key, secret }: TokenRecord): void {
  const { homeAccountId, tenantId, username } = decoded(secret)
  if (key.kind !== 'account' || homeAccountId !== key.partition || !/^[\w-]+\.[\w-]+$/.test(homeAccountId)) return
  const [localAccountId = ''] = homeAccountId.split('.')
  const { environment } = key
  writeMsalAccount(document, {
    homeAccountId,
    environment,
    realm: tenantId ?? '',
    username: username ?? '',
    localAccountId,
  })
}

/** Removes the account, unless another client still has a refresh token of it: it is signed in there. */
export function removeMsalAccountRecord(document: MsalDocument, key: TokenKey): void {
  if (hasRefreshToken(document, key)) return
  for (const [name, entry] of entriesOf(document, 'Account'))
    if (isOf(entry, key)) removeEntry(document, 'Account', name)
}

function hasRefreshToken(document: MsalDocument, key: TokenKey, clientId?: string): boolean {
  return entriesOf(document, 'RefreshToken').some(
    ([, entry]) => isOf(entry, key) && (clientId === undefined || same(textField(entry, 'client_id'), clientId)),
  )
}

function isOf(entry: MsalEntry, { partition, environment }: TokenKey): boolean {
  const isHere = aliasesOf(environment).includes(textField(entry, 'environment')?.toLowerCase() ?? '')
  return isHere && same(textField(entry, 'home_account_id'), partition)
}

function same(left: string | undefined, right: string): boolean {
  return left?.toLowerCase() === right.toLowerCase()
}

function decoded(secret: string): Partial<Record<'homeAccountId' | 'tenantId' | 'username', string>> {
  try {
    const bytes = Uint8Array.from(atob(secret.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const entries = Object.entries(typeof value === 'object' && value !== null ? value : {})
    return Object.fromEntries(entries.filter(([, text]) => typeof text === 'string'))
  } catch {
    return {}
  }
}

function base64url(text: string): string {
  const binary = String.fromCharCode(...new TextEncoder().encode(text))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
