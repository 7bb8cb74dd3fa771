import { CredentialUnavailableError } from '../errors.ts'
import type { MsalCacheAccess, NoAccess } from '../msal/access.ts'
import { type MsalDocument, readMsalDocument } from '../msal/document.ts'
import { type AccountFilter, type MsalAccount, type Selection, selectAccount } from '../msal/select-account.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import { oneLine, sentence } from '../runtime/one-line.ts'
import { quoted } from '../runtime/quoted.ts'
import type { CandidateDocument } from './shared-cache-documents.ts'

/** An account, and where it was found. */
export interface FoundAccount {
  candidate: CandidateDocument
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
  /** Home account id of the account that was used before: a different account would be a different identity. */
  pinned: string | undefined
}

type Problem = Exclude<Selection, { account: MsalAccount }>

/** The matching account, from the first candidate that has it. Rejects with `CredentialUnavailableError`. */
export async function findAccount(
  candidates: readonly CandidateDocument[],
  search: AccountSearch,
): Promise<FoundAccount> {
  const { who, environment, clientId, pinned } = search
  const filter = pinned === undefined ? search.filter : { ...search.filter, homeAccountId: pinned }
  let problem: Problem = { problem: 'none', of: [] }
  let noAccess: NoAccess | undefined
  for (const candidate of candidates) {
    const access = await candidate.open()
    if (access === undefined) continue
    const document = 'read' in access ? await readDocument(access) : access
    if (!('read' in access) || !(document instanceof Map)) {
      noAccess ??= document as NoAccess
      continue
    }
    const selection = selectAccount(document, environment, clientId, filter)
    if ('account' in selection) return { candidate, access, document, account: selection.account }
    candidate.forget()
    if (problem.problem === 'none') problem = selection
  }
  const { reason, remedy, cause, isLasting } =
    noAccess !== undefined && problem.problem === 'none' ? noAccess : inWords()
  throw new CredentialUnavailableError({ who, reason, remedy }, { cause, isLasting })

  function inWords(): NoAccess {
    const where = candidates.map((candidate) => candidate.where).join(', ')
    return problem.problem === 'none' ? nobodySignedIn(where) : notOne(problem, search)
  }
}

async function readDocument(access: MsalCacheAccess): Promise<MsalDocument | NoAccess> {
  let cause: Error
  try {
    const document = readMsalDocument((await access.read()) ?? '')
    if (document instanceof Map) return document
    cause = new Error(document.reason)
  } catch (error) {
    cause = rebuilt(error)
  }
  const reason = `the cache cannot be read: ${sentence(oneLine(cause.message, 300))}`
  const remedy = 'Sign in again with the tool that wrote it. Nothing in it was changed.'
  return { reason, remedy, cause, isLasting: true }
}

function nobodySignedIn(where: string): NoAccess {
  const remedy = 'Sign in with a developer tool that shares its cache, or pass cachePath.'
  return { reason: `no account has signed in (${where}).`, remedy, isLasting: true }
}

function notOne({ problem, of }: Problem, { filter, pinned }: AccountSearch): NoAccess {
  const listed = oneLine(of.map(shown).join(', '), 1000)
  if (pinned !== undefined) {
    const remedy = 'Sign it in again, or create a new credential.'
    return { reason: `the account that was used has signed out; the cache has: ${listed}.`, remedy, isLasting: true }
  }
  const { username, tenantId } = filter
  const asked = [username && `username ${plainly(username)}`, tenantId && `tenant ${plainly(tenantId)}`]
    .filter(Boolean)
    .join(', ')
  if (problem === 'no match') {
    const reason = `no account matches ${oneLine(asked, 300) || 'authenticationRecord'}; the cache has: ${listed}.`
    return { reason, remedy: 'Pass one of these, or sign in with the account that was asked for.', isLasting: true }
  }
  const remedy = 'Pass username, and tenantId too if username alone does not identify the account.'
  return { reason: `several accounts match${asked && ` ${oneLine(asked, 300)}`}: ${listed}.`, remedy, isLasting: true }
}

/** The caller's value, unless it could be a secret. */
function plainly(value: string): string {
  return quoted(value).replaceAll('"', '')
}

function shown({ username, homeTenantId }: MsalAccount): string {
  return `(username ${username || 'unknown'}, tenant ${homeTenantId || 'unknown'})`
}
