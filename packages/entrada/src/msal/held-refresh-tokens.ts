import { equalIgnoringCase } from '../runtime/equal-ignoring-case.ts'
import { entriesOf, type MsalDocument, type MsalEntry, setEntry, textField, timeField } from './document.ts'
import { aliasesOf } from './environments.ts'

/** A refresh token and the key of its entry, so that it can be replaced by the next one. */
export interface HeldRefreshToken {
  key: string
  secret: string
  /** The client that it was issued to. */
  clientId: string
}

/**
 * The refresh tokens of an account that a client can redeem, the best first: its own, then its family's, which every
 * member of the family can redeem; within each group, the newest first.
 */
export function refreshTokensOf(
  document: MsalDocument,
  account: { homeAccountId: string; environment: string },
  clientId: string,
): HeldRefreshToken[] {
  const aliases = aliasesOf(account.environment)
  return entriesOf(document, 'RefreshToken')
    .flatMap(([key, entry]) => {
      const isTheirs = equalIgnoringCase(textField(entry, 'home_account_id') ?? '', account.homeAccountId)
      const isHere = aliases.includes(textField(entry, 'environment')?.toLowerCase() ?? '')
      const found = isTheirs && isHere ? redeemable(entry, clientId) : undefined
      const changedAt = timeField(entry, 'last_modification_time') ?? 0
      return found === undefined ? [] : [{ key, ...found, changedAt }]
    })
    .sort((left, right) => Number(right.isOwn) - Number(left.isOwn) || right.changedAt - left.changedAt)
    .map(({ key, secret, clientId: owner }) => ({ key, secret, clientId: owner }))
}

/**
 * The accounts with a refresh token that a client can redeem: the hosts by home account id, all in lower case. It takes
 * one pass, however many accounts a document has.
 */
export function signedInHosts(document: MsalDocument, clientId: string): Map<string, Set<string>> {
  const hosts = new Map<string, Set<string>>()
  for (const [, entry] of entriesOf(document, 'RefreshToken')) {
    if (redeemable(entry, clientId) === undefined) continue
    const id = textField(entry, 'home_account_id')?.toLowerCase() ?? ''
    hosts.set(id, (hosts.get(id) ?? new Set()).add(textField(entry, 'environment')?.toLowerCase() ?? ''))
  }
  return hosts
}

/** The refresh token of an entry, if it is complete and belongs to the client or its family. */
function redeemable(
  entry: MsalEntry,
  clientId: string,
): { secret: string; clientId: string; isOwn: boolean } | undefined {
  const secret = textField(entry, 'secret')
  const owner = textField(entry, 'client_id') ?? ''
  const isOwn = equalIgnoringCase(owner, clientId)
  if (secret === undefined || !/^[\x21-\x7e]+$/.test(secret)) return undefined
  return isOwn || textField(entry, 'family_id') !== undefined ? { secret, clientId: owner, isOwn } : undefined
}

/** A refresh token that was redeemed, and the one that replaces it. */
export interface Rotation {
  key: string
  used: string
  next: string
  /** Milliseconds since the epoch. */
  now: number
}

/**
 * Replaces the refresh token that was used by the new one. If the old one is no longer there, nothing changes and the
 * result is false: another program has replaced it by a newer one, or the user has signed out.
 */
export function rotateRefreshToken(document: MsalDocument, { key, used, next, now }: Rotation): boolean {
  const entry = entriesOf(document, 'RefreshToken').find(([name]) => name === key)?.[1]
  if (entry === undefined || textField(entry, 'secret') !== used) return false
  setEntry(document, 'RefreshToken', key, { secret: next, last_modification_time: String(Math.floor(now / 1000)) })
  return true
}
