import type { Directory } from '../directory/directory.ts'
import { registeredRedirect } from '../directory/redirect-uris.ts'
import type { RouteContext } from '../http/received-request.ts'
import { signOutPage } from '../pages/account-pages.ts'
import { messagePage } from '../pages/page.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import { readJwt, textField } from '../primitives/jwt.ts'
import { Refusal } from '../refusal/refusal.ts'
import { type FormService, openForm, sealForm } from '../sign-in/sealed-form.ts'
import {
  type Account,
  accountsOf,
  type Session,
  type SessionService,
  sessionCookie,
  sessionOf,
} from '../sign-in/session.ts'

/** The parts of the emulator that are needed for signing out. */
type SignOutService = SessionService & FormService & { directory: Pick<Directory, 'apps'> }

const signOutPurpose = 'sign-out'

/** Where a browser goes after signing out. */
interface Leaving {
  to?: string
}

/**
 * `GET /{tenant}/oauth2/v2.0/logout` (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc). Ends one
 * account's session, or asks which one, and sends the browser on to `post_logout_redirect_uri` if an app has registered
 * it.
 */
export async function logout(context: RouteContext<SignOutService>): Promise<Response> {
  const { query, form } = context.request
  const asked = { ...query, ...form }
  const session = sessionOf(context)
  const accounts = accountsOf(context, session)
  const leaving = leavingFor(context, asked.post_logout_redirect_uri, asked.state)
  const hinted = hintedAccount(accounts, asked.logout_hint, asked.id_token_hint)
  const only = hinted ?? (accounts.length < 2 ? accounts[0] : undefined)
  if (only || accounts.length === 0) return signedOut(context, session, only, leaving)
  return signOutPage({
    accounts: accounts.map(({ user }) => user),
    sealed: sealForm(context, session, signOutPurpose, leaving),
    cookie: sessionCookie(context, session),
    ...(leaving.to === undefined ? {} : { leadsTo: leaving.to }),
  })
}

/** `POST /common/signout`: the account that was chosen. */
export async function logoutStep(context: RouteContext<SignOutService>): Promise<Response> {
  const session = sessionOf(context)
  try {
    const leaving = openForm(context, session, signOutPurpose) as Leaving
    const { account } = context.request.form
    const chosen = accountsOf(context, session).find(({ user }) => user.objectId === account)
    if (chosen === undefined && account !== 'all') throw new Refusal(9002313)
    return await signedOut(context, session, chosen, leaving)
  } catch (error) {
    if (error instanceof Refusal) return refusalPage(context, error)
    throw error
  }
}

/** Not an open redirect: a URL that no app has registered leads to our own page. */
function leavingFor(
  { service }: RouteContext<SignOutService>,
  to: string | undefined,
  state: string | undefined,
): Leaving {
  if (to === undefined) return {}
  const known = service.directory.apps.some(({ redirectUris }) => registeredRedirect(redirectUris, to))
  if (!known) return {}
  return { to: state === undefined ? to : `${to}${to.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}` }
}

/** The account that the app names, by user name, object id or ID token. */
function hintedAccount(accounts: readonly Account[], hint = '', idToken = ''): Account | undefined {
  const claims = readJwt(idToken)?.claims
  const names = [hint, claims && textField(claims, 'oid')].map((name) => name?.toLowerCase())
  return accounts.find(({ user }) => names.includes(user.objectId) || names.includes(user.username.toLowerCase()))
}

/** Forgets one account, or all of them. */
function signedOut(
  context: RouteContext<SignOutService>,
  session: Session,
  account: Account | undefined,
  { to }: Leaving,
): Response | Promise<Response> {
  const left = account ? session.accounts.filter(({ objectId }) => objectId !== account.user.objectId) : []
  const cookie = sessionCookie(context, { ...session, accounts: left })
  if (to !== undefined) {
    return new Response(null, {
      status: 302,
      headers: { location: to, 'set-cookie': cookie, 'cache-control': 'no-store' },
    })
  }
  const who = account ? `${account.user.username} is signed out.` : 'Nobody is signed in here now.'
  return messagePage('You are signed out', `${who} It is a good idea to close this window.`, cookie)
}
