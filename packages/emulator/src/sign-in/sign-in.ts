import type { Directory } from '../directory/directory.ts'
import type { App, Tenant, User } from '../directory/entries.ts'
import { registeredApp } from '../directory/lookup.ts'
import type { RouteContext } from '../http/received-request.ts'
import { accountPage } from '../pages/account-pages.ts'
import { consentPage } from '../pages/consent-page.ts'
import { deviceConfirmationPage } from '../pages/device-page.ts'
import { passwordPage } from '../pages/password-page.ts'
import { secondFactorPage } from '../pages/second-factor-page.ts'
import type { FormFault } from '../pages/sign-in-form.ts'
import { Refusal, scriptedRefusal } from '../refusal/refusal.ts'
import { type DelegatedScopes, delegatedScopes, scopesOf } from '../token/scopes.ts'
import { checkMember, checkUserPolicy } from '../token/user-policy.ts'
import { type AuthorizationAnswerService, answerApp, grantedParameters } from './authorization-answer.ts'
import type { AuthorizationRequest, SignInRequest } from './authorization-request.ts'
import type { Consents } from './consents.ts'
import { type DeviceSignInService, deviceSignedIn } from './device-sign-in.ts'
import { type FormService, sealForm } from './sealed-form.ts'
import { type Account, accountsOf, type Session, type SessionService, type SignedIn, sessionCookie } from './session.ts'

/** The parts of the emulator that a sign-in in a browser uses. */
export type SignInService = SessionService &
  FormService &
  AuthorizationAnswerService &
  DeviceSignInService & {
    directory: Pick<
      Directory,
      'app' | 'appIn' | 'tenant' | 'tenants' | 'knowsResource' | 'resource' | 'user' | 'groups'
    >
    consents: Consents
  }

/** What a sign-in is for, and how far it has got. It travels sealed from form to form. */
export interface SignIn {
  purpose: Purpose
  /** The page of the form: only its own actions are accepted. */
  page?: SignInPage
  /** Who signs in, once that is known. */
  signedIn?: SignedIn
  /** Whether they have consented. */
  consented?: boolean
  /** Whether they have confirmed that they started the sign-in on the device themselves. */
  confirmed?: boolean
}

type SignInPage = 'password' | 'account' | 'second-factor' | 'consent' | 'confirmation'

/** An app sent the browser here, or a person entered a device's code. */
type Purpose =
  | { kind: 'app'; request: AuthorizationRequest }
  | { kind: 'device'; request: SignInRequest; userCode: string }

/** A sign-in in the browser that it happens in. */
export interface Visit {
  context: RouteContext<SignInService>
  session: Session
  signIn: SignIn
}

/** The purpose that the hidden field of sign-in forms is sealed for. */
export const signInPurpose = 'sign-in'

/** What every page of a sign-in gets. */
interface SharedPageParts {
  sealed: string
  cookie: string
  leadsTo?: string
}

/**
 * The next page of a sign-in, or its end. Throws a `Refusal` for anything that no page can resolve, and with
 * `prompt=none` for everything that needs a page.
 */
export async function continueSignIn(visit: Visit): Promise<Response> {
  const { signIn, context } = visit
  const { request } = signIn.purpose
  const app = appOf(visit)
  const signedIn = signIn.signedIn ?? silentlySignedIn(visit)
  if (signedIn === undefined) return askForAccount(visit, app)
  const known: Visit = { ...visit, signIn: { ...signIn, signedIn } }
  const user = context.service.directory.user(signedIn.objectId)
  if (user === undefined) return askForAccount(visit, app)
  const tenant = checkTenant(known, app, user)
  const asked = delegatedScopes({ path: '/oauth2/v2.0/', form: { scope: request.scope } })
  const resource = scopesOf(asked, app, context.service.directory.resource(asked.resource)?.app)
  if (!context.service.directory.knowsResource(resource.resource)) {
    throw new Refusal(500011, { details: { resource: resource.resource, tenant: tenant.name } })
  }
  if (app.refuse !== undefined) throw scriptedRefusal(app.refuse, { details: { resource: resource.resource } })
  if (needsSecondFactor(known, app, user, resource)) return askSecondFactor(known, user)
  if (needsConsent(known, app, user, resource)) return askConsent(known, app, user, resource)
  if (signIn.purpose.kind === 'device' && !signIn.confirmed) return askConfirmation(known, app, user)
  return finish(known, user, tenant)
}

/** The requesting app, which was registered when the sign-in began. */
export function appOf({ context, signIn }: Visit): App {
  const { directory } = context.service
  const { clientId, tenantId } = signIn.purpose.request
  const home = directory.app(clientId)?.tenantId ?? ''
  const tenant = directory.tenant(tenantId ?? home) ?? directory.tenants[0]
  if (tenant === undefined) throw new Refusal(50059)
  return registeredApp(directory, tenant, clientId)
}

/** The browser's accounts that this sign-in can use. */
export function candidates({ context, session, signIn }: Visit): Account[] {
  const { tenantId, domainHint, maxAge } = signIn.purpose.request
  const now = context.service.now()
  return accountsOf(context, session).filter(({ user, signedIn }) => {
    if (tenantId !== undefined && user.tenantId !== tenantId && !user.guestIn.includes(tenantId)) return false
    if (maxAge !== undefined && now - signedIn.at > maxAge * 1000) return false
    return fitsDomain(context, user, domainHint)
  })
}

function fitsDomain({ service }: RouteContext<SignInService>, user: User, hint: string | undefined): boolean {
  if (hint === undefined || hint === 'organizations') return true
  const domain = hint.toLowerCase()
  const home = service.directory.tenant(user.tenantId)
  return user.username.toLowerCase().endsWith(`@${domain}`) || home?.id === domain || !!home?.domains.includes(domain)
}

/** The account that can be used without asking. With `prompt=none`, throws a `Refusal` if there is none. */
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

function askForAccount(visit: Visit, app: App): Promise<Response> {
  const { prompt, loginHint } = visit.signIn.purpose.request
  const accounts = candidates(visit)
  const asksForName = prompt === 'login' || prompt === 'create' || accounts.length === 0
  const pick = prompt === 'select_account' ? true : loginHint === undefined
  if (asksForName || !pick) return askPassword(visit, app, { username: loginHint ?? '' })
  return accountPage({
    ...sharedParts(visit, 'account'),
    appName: app.name,
    accounts: accounts.map(({ user }) => user),
  })
}

/** The page for name and password, with an error, if any. */
export function askPassword(
  visit: Visit,
  app: App,
  { username, fault }: { username: string; fault?: FormFault },
): Promise<Response> {
  const isNew = visit.signIn.purpose.request.prompt === 'create'
  return passwordPage({
    ...sharedParts(visit, 'password'),
    appName: app.name,
    username,
    isNew,
    ...(fault ? { fault } : {}),
  })
}

/** The tenant that a user signs in to. Throws a `Refusal` if the tenant does not have the account. */
export function checkTenant({ context, signIn }: Visit, app: App, user: User): Tenant {
  const { directory } = context.service
  const { tenantId } = signIn.purpose.request
  const home = directory.tenant(user.tenantId)
  const tenant = tenantId === undefined ? home : directory.tenant(tenantId)
  if (home === undefined || tenant === undefined) throw new Refusal(50059)
  checkMember(directory, tenant, app, user)
  registeredApp(directory, tenant, app.clientId)
  return tenant
}

/** Whether a second factor is needed. Throws the `Refusal` of a policy that none would satisfy. */
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

/** The page for a second factor, with an error, if any. */
export function askSecondFactor(visit: Visit, { username }: User, fault?: FormFault): Promise<Response> {
  return secondFactorPage({ ...sharedParts(visit, 'second-factor'), username, ...(fault ? { fault } : {}) })
}

function needsConsent({ context, signIn }: Visit, app: App, user: User, scopes: DelegatedScopes): boolean {
  const { prompt } = signIn.purpose.request
  if (signIn.consented) return false
  if (prompt === 'consent') return true
  if (app.consent === 'granted' || context.service.consents.cover(user.objectId, app.clientId, scopes)) return false
  if (prompt !== 'none') return true
  throw new Refusal(65001, { error: 'consent_required', details: { client: app.clientId, app: app.name } })
}

function askConsent(visit: Visit, app: App, { username }: User, scopes: DelegatedScopes): Promise<Response> {
  return consentPage({ ...sharedParts(visit, 'consent'), appName: app.name, username, scopes })
}

function askConfirmation(visit: Visit, app: App, { username }: User): Promise<Response> {
  return deviceConfirmationPage({ ...sharedParts(visit, 'confirmation'), appName: app.name, username })
}

async function finish({ context, session, signIn }: Visit, user: User, tenant: Tenant): Promise<Response> {
  const { purpose, signedIn } = signIn
  const cookie = sessionCookie(context, session)
  const { objectId, username, displayName, tenantId } = user
  const person = { objectId, username, displayName, tenantId }
  const amr = signedIn?.amr ?? []
  if (purpose.kind === 'device') return deviceSignedIn(context, purpose.userCode, { person, amr, cookie })
  const granted = { person, tenant, app: appOf({ context, session, signIn }), amr, session }
  const parameters = await grantedParameters(context, purpose.request, granted)
  return answerApp(purpose.request.reply, parameters, cookie)
}

function sharedParts({ context, session, signIn }: Visit, page: SignInPage): SharedPageParts {
  const { purpose } = signIn
  return {
    sealed: sealForm(context, session, signInPurpose, { ...signIn, page } satisfies SignIn),
    cookie: sessionCookie(context, session),
    ...(purpose.kind === 'app' ? { leadsTo: purpose.request.reply.uri } : {}),
  }
}
