import type { App, Tenant, User } from '../directory/entries.ts'
import { accountPage } from '../pages/account-page.ts'
import { consentPage } from '../pages/consent-page.ts'
import { deviceConfirmationPage } from '../pages/device-page.ts'
import { passwordPage } from '../pages/password-page.ts'
import { secondFactorPage } from '../pages/second-factor-page.ts'
import type { FormFault } from '../pages/sign-in-form.ts'
import { Refusal } from '../refusal.ts'
import { registeredApp } from '../routes/registered-app.ts'
import type { RouteContext } from '../service.ts'
import { checkUserPolicy } from '../token/conditional-access.ts'
import { type DelegatedScopes, delegatedScopes } from '../token/delegated-scopes.ts'
import { answerApp, grantedParameters } from './authorization-answer.ts'
import type { AuthorizationRequest, SignInRequest } from './authorization-request.ts'
import { deviceSignedIn } from './device-sign-in.ts'
import { sealForm } from './sealed-form.ts'
import { type Account, accountsOf, type Session, type SignedIn, sessionCookie } from './session.ts'

/** What a sign-in is for, and how far it has come. It goes from form to form, sealed. */
export interface SignIn {
  purpose: Purpose
  /** The page that the form is on: no other page's answer is taken. */
  page?: SignInPage
  /** Who signs in, once it is known. */
  signedIn?: SignedIn
  /** They agreed to what the app wants. */
  consented?: boolean
  /** They started the sign-in on the device themselves. */
  confirmed?: boolean
}

type SignInPage = 'password' | 'account' | 'second-factor' | 'consent' | 'confirmation'

/** An app sent the browser here, or a device showed a code that was typed in. */
type Purpose =
  | { kind: 'app'; request: AuthorizationRequest }
  | { kind: 'device'; request: SignInRequest; userCode: string }

/** A sign-in in the browser that it happens in. */
export interface Visit {
  context: RouteContext
  session: Session
  signIn: SignIn
}

/** What the hidden field of sign-in forms is sealed for. */
export const SIGN_IN = 'sign-in'

/** What every page of a sign-in is given. */
interface PageBasics {
  sealed: string
  cookie: string
  leadsTo?: string
}

/**
 * The next page of a sign-in, or its end. Throws a `Refusal` for what no page can mend, and with `prompt=none` for
 * everything that takes a page.
 */
export async function goOn(visit: Visit): Promise<Response> {
  const { signIn, context } = visit
  const { request } = signIn.purpose
  const app = appOf(visit)
  const signedIn = signIn.signedIn ?? silentlySignedIn(visit)
  if (signedIn === undefined) return askWho(visit, app)
  const known: Visit = { ...visit, signIn: { ...signIn, signedIn } }
  const user = context.service.directory.user(signedIn.objectId)
  if (user === undefined) return askWho(visit, app)
  const tenant = checkTenant(known, app, user)
  const resource = delegatedScopes({ path: '/oauth2/v2.0/', form: { scope: request.scope } })
  if (!context.service.directory.knowsResource(resource.resource)) {
    throw new Refusal(500011, { details: { resource: resource.resource, tenant: tenant.name } })
  }
  if (app.refuse !== undefined) throw new Refusal(app.refuse, { details: { resource: resource.resource } })
  if (needsSecondFactor(known, app, user, resource)) return askSecondFactor(known, user)
  if (needsConsent(known, app, user, resource)) return askConsent(known, app, user, resource)
  if (signIn.purpose.kind === 'device' && !signIn.confirmed) return askConfirmation(known, app, user)
  return finish(known, user, tenant)
}

/** The app that asks. It was there when the sign-in began. */
export function appOf({ context, signIn }: Visit): App {
  const { directory } = context.service
  const { clientId, tenantId } = signIn.purpose.request
  const home = directory.app(clientId)?.tenantId ?? ''
  const tenant = directory.tenant(tenantId ?? home) ?? directory.tenants[0]
  if (tenant === undefined) throw new Refusal(50059)
  return registeredApp(directory, tenant, clientId)
}

/** Those of the browser's accounts that this sign-in can be for. */
export function candidates({ context, session, signIn }: Visit): Account[] {
  const { tenantId, domainHint, maxAge } = signIn.purpose.request
  const now = context.service.now()
  return accountsOf(context, session).filter(({ user, signedIn }) => {
    if (tenantId !== undefined && user.tenantId !== tenantId) return false
    if (maxAge !== undefined && now - signedIn.at > maxAge * 1000) return false
    return fitsDomain(context, user, domainHint)
  })
}

function fitsDomain({ service }: RouteContext, user: User, hint: string | undefined): boolean {
  if (hint === undefined || hint === 'organizations') return true
  const domain = hint.toLowerCase()
  const home = service.directory.tenant(user.tenantId)
  return user.username.toLowerCase().endsWith(`@${domain}`) || home?.id === domain || !!home?.domains.includes(domain)
}

/** The account of a browser that needs no asking. With `prompt=none`, throws a `Refusal` where there is none. */
function silentlySignedIn(visit: Visit): SignedIn | undefined {
  const { prompt, loginHint } = visit.signIn.purpose.request
  if (prompt === 'login' || prompt === 'select_account' || prompt === 'create') return undefined
  const all = candidates(visit)
  const named = loginHint === undefined ? undefined : all.find(({ user }) => isNamed(user, loginHint))
  if (named) return named.signedIn
  if (prompt === 'none') {
    if (all.length === 0 || loginHint !== undefined) throw new Refusal(50058, { error: 'login_required' })
    if (all.length > 1) throw new Refusal(16000)
  }
  return loginHint === undefined && all.length === 1 ? all[0]?.signedIn : undefined
}

function isNamed(user: User, hint: string): boolean {
  return [user.username.toLowerCase(), user.objectId].includes(hint.toLowerCase())
}

function askWho(visit: Visit, app: App): Promise<Response> {
  const { prompt, loginHint } = visit.signIn.purpose.request
  const accounts = candidates(visit)
  const asksForName = prompt === 'login' || prompt === 'create' || accounts.length === 0
  const pick = prompt === 'select_account' ? true : loginHint === undefined
  if (asksForName || !pick) return askPassword(visit, app, { username: loginHint ?? '' })
  return accountPage({ ...basics(visit, 'account'), appName: app.name, accounts })
}

/** The page for name and password, again with what was wrong. */
export function askPassword(
  visit: Visit,
  app: App,
  { username, fault }: { username: string; fault?: FormFault },
): Promise<Response> {
  const isNew = visit.signIn.purpose.request.prompt === 'create'
  return passwordPage({ ...basics(visit, 'password'), appName: app.name, username, isNew, ...(fault ? { fault } : {}) })
}

/** Throws the `Refusal` of an account that the tenant does not know. */
export function checkTenant({ context, signIn }: Visit, app: App, user: User): Tenant {
  const { directory } = context.service
  const { tenantId } = signIn.purpose.request
  const home = directory.tenant(user.tenantId)
  const tenant = tenantId === undefined ? home : directory.tenant(tenantId)
  if (home === undefined || tenant === undefined) throw new Refusal(50059)
  if (home.id !== tenant.id) {
    const provider = context.service.issuer(home.id)
    throw new Refusal(50020, {
      details: { username: user.username, provider, tenant: tenant.name, client: app.clientId, app: app.name },
    })
  }
  registeredApp(directory, tenant, app.clientId)
  return tenant
}

/** Throws the `Refusal` of a policy that a second factor does not meet. */
function needsSecondFactor({ signIn }: Visit, app: App, user: User, { resource }: DelegatedScopes): boolean {
  const { request } = signIn.purpose
  const amr = signIn.signedIn?.amr ?? []
  const asked = !amr.includes('mfa') && (user.secondFactor || request.secondFactor)
  const grant = { person: user, clientId: app.clientId, scope: request.scope, amr }
  if (request.prompt === 'none') {
    checkUserPolicy(app, grant, resource)
    if (asked) throw new Refusal(50076, { error: 'interaction_required', details: { resource } })
    return false
  }
  checkUserPolicy(app, { ...grant, amr: [...amr, 'mfa'] }, resource)
  return asked || !isMet(() => checkUserPolicy(app, grant, resource))
}

function isMet(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

/** The page for a second factor, again with what was wrong. */
export function askSecondFactor(visit: Visit, { username }: User, fault?: FormFault): Promise<Response> {
  return secondFactorPage({ ...basics(visit, 'second-factor'), username, ...(fault ? { fault } : {}) })
}

function needsConsent({ context, signIn }: Visit, app: App, user: User, scopes: DelegatedScopes): boolean {
  const { prompt } = signIn.purpose.request
  if (signIn.consented) return false
  if (prompt === 'consent') return true
  if (app.consent === 'granted' || context.service.consents.cover(user.objectId, app.clientId, scopes)) return false
  if (prompt !== 'none') return true
  throw new Refusal(65001, { error: 'consent_required', details: { client: app.clientId } })
}

function askConsent(visit: Visit, app: App, { username }: User, scopes: DelegatedScopes): Promise<Response> {
  return consentPage({ ...basics(visit, 'consent'), appName: app.name, username, scopes })
}

function askConfirmation(visit: Visit, app: App, { username }: User): Promise<Response> {
  return deviceConfirmationPage({ ...basics(visit, 'confirmation'), appName: app.name, username })
}

async function finish({ context, session, signIn }: Visit, user: User, tenant: Tenant): Promise<Response> {
  const { purpose, signedIn } = signIn
  const cookie = sessionCookie(context, session)
  const { objectId, username, displayName, tenantId } = user
  const person = { objectId, username, displayName, tenantId }
  const amr = signedIn?.amr ?? []
  if (purpose.kind === 'device') return deviceSignedIn(context, purpose.userCode, { person, amr, cookie })
  const parameters = await grantedParameters(context, purpose.request, { person, tenant, amr, session })
  return answerApp(purpose.request.reply, parameters, cookie)
}

function basics({ context, session, signIn }: Visit, page: SignInPage): PageBasics {
  const { purpose } = signIn
  return {
    sealed: sealForm(context, session, SIGN_IN, { ...signIn, page } satisfies SignIn),
    cookie: sessionCookie(context, session),
    ...(purpose.kind === 'app' ? { leadsTo: purpose.request.reply.uri } : {}),
  }
}
