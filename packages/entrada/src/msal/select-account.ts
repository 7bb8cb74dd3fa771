import { equalIgnoringCase } from '../runtime/equal-ignoring-case.ts'
import { entriesOf, type MsalDocument, textField } from './document.ts'
import { aliasesOf } from './environments.ts'
import { signedInHosts } from './held-refresh-tokens.ts'

/** An account that has signed in, and whose refresh tokens are in the document. */
export interface MsalAccount {
  homeAccountId: string
  username: string
  /** The host that the entry names: one of the authority's aliases. */
  environment: string
  /** The user's home tenant. Empty if the home account id does not contain one (AD FS). */
  homeTenantId: string
}

/** Which account a caller wants. Omitted fields are not compared. */
export interface AccountFilter {
  username?: string | undefined
  /** The home tenant. */
  tenantId?: string | undefined
  homeAccountId?: string | undefined
}

/** The account that was selected, or the candidates if there is not exactly one. */
export type Selection = { account: MsalAccount } | { problem: 'none' | 'no match' | 'several'; of: MsalAccount[] }

/** The account that matches the filter, among those whose refresh token this client can redeem. */
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

/** The accounts of the authority, without duplicates, whose refresh token the client can redeem. */
function signedIn(document: MsalDocument, authority: string, clientId: string): MsalAccount[] {
  const aliases = aliasesOf(authority)
  const hosts = signedInHosts(document, clientId)
  const found = new Map<string, MsalAccount>()
  for (const [, entry] of entriesOf(document, 'Account')) {
    const homeAccountId = textField(entry, 'home_account_id')
    const environment = textField(entry, 'environment')?.toLowerCase() ?? ''
    if (homeAccountId === undefined || !aliases.includes(environment)) continue
    const [, homeTenantId = ''] = homeAccountId.split('.')
    const account = { homeAccountId, environment, homeTenantId, username: textField(entry, 'username') ?? '' }
    const id = homeAccountId.toLowerCase()
    if (!aliasesOf(environment).some((host) => hosts.get(id)?.has(host))) continue
    if (!found.get(id)?.username) found.set(id, account)
  }
  return [...found.values()]
}

function isMeant(asked: string | undefined, value: string): boolean {
  return asked === undefined || equalIgnoringCase(asked, value)
}
