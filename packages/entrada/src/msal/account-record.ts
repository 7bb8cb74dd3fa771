/**
 * A signed-in account, as a record of the token store and as an entry of MSAL's document. The record's secret has a
 * format of its own (an `AuthenticationRecord` as base64url of JSON), which stores need not understand.
 */
import { refreshTokenLife, type TokenKey, type TokenRecord } from '../cache/token-store.ts'
import { base64urlOf, textOfBase64url } from '../runtime/base64url.ts'
import { equalIgnoringCase } from '../runtime/equal-ignoring-case.ts'
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

/** An account that has signed in, as the sign-in describes it. */
export interface SignedInAccount {
  /** `object.tenant`. */
  homeAccountId: string
  /** Host of the authority. */
  environment: string
  /** The tenant that the account signed in to. */
  realm: string
  /** The user principal name. */
  username: string
  /** The user's object id in that tenant. */
  localAccountId: string
}

/** The account of the key, if the document has it. An entry without a time gets the time `now`. */
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
  return { key, secret: base64urlOf(JSON.stringify(record)), cachedAt, expiresAt: cachedAt + refreshTokenLife }
}

/** Writes the account that has signed in: other programs look for the account first, and then for its tokens. */
export function writeMsalAccount(document: MsalDocument, account: SignedInAccount): void {
  const { homeAccountId, environment, realm, username, localAccountId } = account
  const key = [homeAccountId, environment, realm].join('-').toLowerCase()
  const authority = { authority_type: realm === 'adfs' ? 'ADFS' : 'MSSTS' }
  const who = { home_account_id: homeAccountId, environment, realm, username, local_account_id: localAccountId }
  setEntry(document, 'Account', key, { ...who, ...authority })
}

/**
 * Writes the account of a record, so that other programs find its tokens. A record whose secret does not describe an
 * account is not written.
 */
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

/** Removes the account, unless another client still has a refresh token for it and so is signed in. */
export function removeMsalAccountRecord(document: MsalDocument, key: TokenKey): void {
  if (hasRefreshToken(document, key)) return
  for (const [name, entry] of entriesOf(document, 'Account'))
    if (isOf(entry, key)) removeEntry(document, 'Account', name)
}

function hasRefreshToken(document: MsalDocument, key: TokenKey, clientId?: string): boolean {
  return entriesOf(document, 'RefreshToken').some(
    ([, entry]) =>
      isOf(entry, key) && (clientId === undefined || equalIgnoringCase(textField(entry, 'client_id'), clientId)),
  )
}

function isOf(entry: MsalEntry, { partition, environment }: TokenKey): boolean {
  const isHere = aliasesOf(environment).includes(textField(entry, 'environment')?.toLowerCase() ?? '')
  return isHere && equalIgnoringCase(textField(entry, 'home_account_id'), partition)
}

function decoded(secret: string): Partial<Record<'homeAccountId' | 'tenantId' | 'username', string>> {
  try {
    const value: unknown = JSON.parse(textOfBase64url(secret))
    const entries = Object.entries(typeof value === 'object' && value !== null ? value : {})
    return Object.fromEntries(entries.filter(([, text]) => typeof text === 'string'))
  } catch {
    return {}
  }
}
