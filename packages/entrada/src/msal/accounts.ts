import { entriesOf, type MsalDocument, textField, timeField } from './document.ts'
import { aliasesOf } from './environments.ts'

/** Somebody who has signed in, and whose refresh tokens are in the document. */
export interface MsalAccount {
  homeAccountId: string
  username: string
  /** The host that the entry names: one of the authority's aliases. */
  environment: string
  /** The user's home tenant. Empty where the home account id says none (AD FS). */
  homeTenantId: string
}

/** A refresh token and where it stands, so that the next one can be put in its place. */
export interface HeldRefreshToken {
  key: string
  secret: string
  /** The client that it was issued to. */
  clientId: string
}

/** Which account a caller means. What is left out is not compared. */
export interface AccountFilter {
  username?: string | undefined
  /** The home tenant. */
  tenantId?: string | undefined
  homeAccountId?: string | undefined
}

/** The one account that is meant, or all that could be. */
export type Selection = { account: MsalAccount } | { problem: 'none' | 'no match' | 'several'; of: MsalAccount[] }

/** The account that the filter leaves, of those whose refresh token this client can redeem. */
export function selectAccount(
  document: MsalDocument,
  authority: string,
  clientId: string,
  filter: AccountFilter,
): Selection {
  const all = signedIn(document, authority, clientId)
  if (all.length === 0) return { problem: 'none', of: [] }
  const left = all.filter(
    ({ username, homeTenantId, homeAccountId }) =>
      isMeant(filter.username, username) &&
      isMeant(filter.tenantId, homeTenantId) &&
      isMeant(filter.homeAccountId, homeAccountId),
  )
  const [account] = left
  if (account !== undefined && left.length === 1) return { account }
  return left.length === 0 ? { problem: 'no match', of: all } : { problem: 'several', of: left }
}

/**
 * The refresh tokens of an account that a client can redeem, the best first: those of its own, then those of its family,
 * which are redeemable by each of its members; the newest first.
 */
export function refreshTokensOf(document: MsalDocument, account: MsalAccount, clientId: string): HeldRefreshToken[] {
  const aliases = aliasesOf(account.environment)
  return entriesOf(document, 'RefreshToken')
    .flatMap(([key, entry]) => {
      const secret = textField(entry, 'secret')
      const owner = textField(entry, 'client_id') ?? ''
      const isOwn = same(owner, clientId)
      const isHis = same(textField(entry, 'home_account_id') ?? '', account.homeAccountId)
      const isHere = aliases.includes(textField(entry, 'environment')?.toLowerCase() ?? '')
      if (secret === undefined || !/^[\x21-\x7e]+$/.test(secret) || !isHis || !isHere) return []
      if (!isOwn && textField(entry, 'family_id') === undefined) return []
      return [{ key, secret, clientId: owner, isOwn, changedAt: timeField(entry, 'last_modification_time') ?? 0 }]
    })
    .sort((left, right) => Number(right.isOwn) - Number(left.isOwn) || right.changedAt - left.changedAt)
    .map(({ key, secret, clientId: owner }) => ({ key, secret, clientId: owner }))
}

/** Accounts of the authority, each once, whose refresh token the client can redeem. */
function signedIn(document: MsalDocument, authority: string, clientId: string): MsalAccount[] {
  const aliases = aliasesOf(authority)
  const found = new Map<string, MsalAccount>()
  for (const [, entry] of entriesOf(document, 'Account')) {
    const homeAccountId = textField(entry, 'home_account_id')
    const environment = textField(entry, 'environment')?.toLowerCase() ?? ''
    if (homeAccountId === undefined || !aliases.includes(environment)) continue
    const [, homeTenantId = ''] = homeAccountId.split('.')
    const account = { homeAccountId, environment, homeTenantId, username: textField(entry, 'username') ?? '' }
    if (refreshTokensOf(document, account, clientId).length === 0) continue
    const id = homeAccountId.toLowerCase()
    if (!found.get(id)?.username) found.set(id, account)
  }
  return [...found.values()]
}

function isMeant(asked: string | undefined, value: string): boolean {
  return asked === undefined || same(asked, value)
}

/** Names of users and tenants, and ids, differ in no more than their case for Entra ID. */
function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
