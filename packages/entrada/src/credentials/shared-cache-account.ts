import { CredentialUnavailableError } from '../errors.ts'
import type { MsalCacheAccess, NoAccess } from '../msal/access.ts'
import { type AccountFilter, type MsalAccount, type Selection, selectAccount } from '../msal/accounts.ts'
import { type MsalDocument, readMsalDocument } from '../msal/document.ts'
import { oneLine } from '../runtime/one-line.ts'
import type { Place } from './shared-cache-places.ts'

/** An account, and where it was found. */
export interface FoundAccount {
  place: Place
  access: MsalCacheAccess
  document: MsalDocument
  account: MsalAccount
}

export interface AccountSearch {
  /** Name of the credential, for errors. */
  who: string
  /** Host of the authority. */
  environment: string
  clientId: string
  filter: AccountFilter
  /** Home account id of the account that was used before: another one would be another identity. */
  pinned: string | undefined
}

type Problem = Exclude<Selection, { account: MsalAccount }>

/** The account that is meant, in the first of the places that has it. Rejects with `CredentialUnavailableError`. */
export async function findAccount(places: readonly Place[], search: AccountSearch): Promise<FoundAccount> {
  const { who, environment, clientId, pinned } = search
  const filter = pinned === undefined ? search.filter : { ...search.filter, homeAccountId: pinned }
  let problem: Problem = { problem: 'none', of: [] }
  let noAccess: NoAccess | undefined
  for (const place of places) {
    const access = await place.open()
    if (access === undefined) continue
    const document = 'read' in access ? await readDocument(access) : access
    if (!('read' in access) || !(document instanceof Map)) {
      noAccess ??= document as NoAccess
      continue
    }
    const selection = selectAccount(document, environment, clientId, filter)
    if ('account' in selection) return { place, access, document, account: selection.account }
    place.forget()
    if (problem.problem === 'none') problem = selection
  }
  const { reason, mend, cause, isLasting } = noAccess !== undefined && problem.problem === 'none' ? noAccess : inWords()
  throw new CredentialUnavailableError(`${who}: ${reason} ${mend}`, { mend, cause, isLasting })

  function inWords(): NoAccess {
    const where = places.map((place) => place.where).join(', ')
    return problem.problem === 'none' ? nobody(where) : notOne(problem, search)
  }
}

async function readDocument(access: MsalCacheAccess): Promise<MsalDocument | NoAccess> {
  let cause: unknown
  try {
    const document = readMsalDocument((await access.read()) ?? '')
    if (document instanceof Map) return document
    cause = new Error(document.reason)
  } catch (error) {
    cause = error
  }
  const reason = `the cache can't be read: ${oneLine((cause as Error).message, 300)}.`
  const mend = 'Sign in again with the tool that wrote it. Nothing in it was changed.'
  return { reason, mend, cause, isLasting: true }
}

function nobody(where: string): NoAccess {
  const mend = 'Sign in with a developer tool that shares its cache, or pass cachePath.'
  return { reason: `no account has signed in (${where}).`, mend, isLasting: true }
}

function notOne({ problem, of }: Problem, { filter, pinned }: AccountSearch): NoAccess {
  const listed = oneLine(of.map(shown).join(', '), 1000)
  if (pinned !== undefined) {
    const mend = 'Sign it in again, or create a new credential.'
    return { reason: `the account that was used has signed out; there is: ${listed}.`, mend, isLasting: true }
  }
  const { username, tenantId } = filter
  const asked = [username && `username ${username}`, tenantId && `tenant ${tenantId}`].filter(Boolean).join(', ')
  if (problem === 'no match') {
    const reason = `no account matches ${oneLine(asked, 300) || 'authenticationRecord'}; there is: ${listed}.`
    return { reason, mend: 'Pass one of these, or sign in as the other.', isLasting: true }
  }
  const mend = 'Pass username, and tenantId where that does not tell them apart.'
  return { reason: `several accounts match${asked && ` ${oneLine(asked, 300)}`}: ${listed}.`, mend, isLasting: true }
}

function shown({ username, homeTenantId }: MsalAccount): string {
  return `(username ${username || 'unknown'}, tenant ${homeTenantId || 'unknown'})`
}
