import { aliasesOf } from '../msal/environments.ts'
import { textOfBase64url } from '../oauth/base64url.ts'
import { parseObject } from '../oauth/token-response.ts'
import { answerInAddress } from '../page/answer-in-address.ts'
import { handOver } from '../page/hand-over.ts'
import { leaveSession } from '../page/leave-session.ts'
import { leaveToSignIn, notOurs, type PageAnswer, redeem, signInWithPopup } from '../page/page-sign-in.ts'
import { dropPending, readPending } from '../page/pending-sign-in.ts'
import { signOutUrl } from '../page/sign-out-url.ts'
import { sessionTokenStore } from '../stores/session-store.ts'
import { endpointOf } from './application.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import type { CredentialContext } from './context.ts'
import type { PageChoice } from './page-options.ts'
import { accountOf } from './user-account.ts'
import type { UserIdentity } from './user-options.ts'
import type { Asked, SignedIn } from './user-session.ts'
import type { SignedInBefore } from './user-sign-in.ts'

/** Signs in through a window of the page's, or leaves the page for it. */
export async function askInPage(asked: Asked, context: CredentialContext, choice: PageChoice): Promise<SignedIn> {
  const loginHint = choice.loginHint ?? asked.account?.username
  const request = { ...choice, ...asked, loginHint, aliases: aliasesIn(context) }
  if (choice.style === 'redirect') return leaveToSignIn(request)
  const { answer, nonce } = await signInWithPopup(request)
  return { answer, record: await asked.identify(answer, nonce) }
}

/**
 * Who is signed in when the page begins: whoever comes back from a redirect, or is in the tab's storage. The answer is
 * taken out of the address bar before anything else is done with it. In a popup it is handed to the page that waits, and
 * the window closes.
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
    throw notOurs(name, 'the page that began it is gone.')
  }
  const pending = readPending(page, came.state)
  const isOthers = pending !== undefined && (pending.clientId !== clientId || pending.authority !== authority)
  if (isOthers) return undefined
  page.replaceAddress(came.rest)
  if (pending === undefined) throw notOurs(name, 'this tab did not begin it.')
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
  // Without one the page would leave for the next sign-in at once, and come back without one.
  if (refreshToken === undefined) throw notOurs(asked.name, 'it brought no refresh token.')
  return { record, refreshToken }
}

/** Scripts of the page can write to its storage: what is no account of this application's counts as none. */
function inTab(
  { context, tenantId, clientId }: Omit<UserIdentity, 'record'>,
  { page, readRecord }: PageChoice,
): SignedInBefore | undefined {
  try {
    const store = sessionTokenStore(page.storage, context.host.now)
    const found = store.lastAccount(new URL(context.authority).host, clientId)
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
