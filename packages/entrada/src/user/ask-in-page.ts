import { aliasesOf } from '../msal/environments.ts'
import { environmentOf } from '../oauth/authority.ts'
import { parseObject } from '../oauth/token-response.ts'
import { answerInAddress } from '../page/answer-in-address.ts'
import { handOver } from '../page/hand-over.ts'
import { leaveSession, signOutUrl } from '../page/leave-session.ts'
import { leaveToSignIn, type PageAnswer, redeem, signInWithPopup } from '../page/page-sign-in.ts'
import { dropPending, readPending } from '../page/pending-sign-in.ts'
import { textOfBase64url } from '../runtime/base64url.ts'
import { rejectedResponse } from '../sign-in/sign-in-refusals.ts'
import { endpointOf } from '../source/application-source.ts'
import type { CredentialContext } from '../source/context.ts'
import { sessionTokenStore } from '../stores/session-store.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import type { PageChoice } from './page-options.ts'
import { accountOf } from './user-account.ts'
import type { UserIdentity } from './user-options.ts'
import type { Asked, SignedIn } from './user-session.ts'
import type { SignedInBefore } from './user-sign-in.ts'

/** Signs a person in through a window that the page opens, or by leaving the page. */
export async function askInPage(asked: Asked, context: CredentialContext, choice: PageChoice): Promise<SignedIn> {
  const loginHint = choice.loginHint ?? asked.account?.username
  const request = { ...choice, ...asked, loginHint, aliases: aliasesIn(context) }
  if (choice.style === 'redirect') return leaveToSignIn(request)
  const { answer, nonce } = await signInWithPopup(request)
  return { answer, record: await asked.identify(answer, nonce) }
}

/**
 * Finds who is signed in when the page loads: the person who comes back from a redirect, or the account in the tab's
 * storage. The response is removed from the address bar before anything else is done with it. In a popup it is handed
 * to the waiting page, and the window closes.
 */
export async function beginInPage(
  { context, tenantId, clientId }: UserIdentity,
  choice: PageChoice,
  signal: AbortSignal,
): Promise<SignedInBefore | undefined> {
  const { page } = choice
  const { name, authority } = context
  const came = answerInAddress(page.address())
  if (came === undefined) return choice.isKeptInTab ? inTab({ context, tenantId, clientId }, choice) : undefined
  if (came.style === 'popup') {
    if (await handOver(page, came)) return new Promise(() => undefined)
    throw rejectedResponse(name, 'the page that started it is gone')
  }
  const pending = readPending(page, came.state)
  const isOthers = pending !== undefined && (pending.clientId !== clientId || pending.authority !== authority)
  if (isOthers) return undefined
  page.replaceAddress(came.rest)
  if (pending === undefined) throw rejectedResponse(name, 'this tab did not start it')
  dropPending(page)
  const endpoint = endpointOf({ tenantId, clientId, authenticate: () => undefined }, context)
  const redeemed = await redeem(came.text, pending, { endpoint, aliases: aliasesIn(context), signal })
  return signedIn(redeemed, { ...pending, name, now: context.host.now() })
}

/** Ends the session at the authority. */
export function leaveInPage({ context, tenantId }: UserIdentity, choice: PageChoice): Promise<void> {
  const { name, authority } = context
  const url = signOutUrl(authority, tenantId, choice.redirectUri)
  return leaveSession({ ...choice, credential: name, url })
}

function signedIn({ answer, nonce }: PageAnswer, asked: Parameters<typeof accountOf>[1]): SignedInBefore {
  const record = accountOf(answer, { ...asked, nonce })
  const { refreshToken } = answer.issued
  // Without a refresh token the page would leave for the next sign-in at once, and come back without one again.
  if (refreshToken === undefined) throw rejectedResponse(asked.name, 'it contains no refresh token')
  return { record, refreshToken }
}

/** The page's scripts can write to its storage, so anything that is not an account of this application is ignored. */
function inTab(
  { context, tenantId, clientId }: Omit<UserIdentity, 'record'>,
  { page, readRecord }: PageChoice,
): SignedInBefore | undefined {
  try {
    const store = sessionTokenStore(page.storage, context.host.now)
    const found = store.lastAccount(environmentOf(context.authority), clientId)
    const record = readRecord(parseObject(textOfBase64url(found?.secret ?? '')), context.name)
    return isWithin(record, tenantId) && record.clientId === clientId ? { record } : undefined
  } catch {
    return undefined
  }
}

function isWithin(record: AuthenticationRecord, tenantId: string): boolean {
  return !/^[0-9a-f-]{36}$/i.test(tenantId) || record.tenantId.toLowerCase() === tenantId.toLowerCase()
}

function aliasesIn({ authority }: CredentialContext): readonly string[] {
  const aliases = aliasesOf(new URL(authority).host)
  return aliases.length > 1 ? aliases : []
}
