import { html } from 'hono/html'
import type { User } from '../directory/entries.ts'
import type { RouteContext } from '../http/received-request.ts'
import type { Html } from '../pages/page.ts'
import { reasonOf, refusalPage } from '../pages/refusal-page.ts'
import { signInForm } from '../pages/sign-in-form.ts'
import { isSameSecret } from '../primitives/secrets.ts'
import { Refusal } from '../refusal/refusal.ts'
import { cancelled, refuseApp } from '../sign-in/authorization-answer.ts'
import type { ReplyAddress } from '../sign-in/authorization-request.ts'
import { deviceDeclined } from '../sign-in/device-sign-in.ts'
import { openForm, sealForm } from '../sign-in/sealed-form.ts'
import { sessionOf, withAccount } from '../sign-in/session.ts'
import {
  appOf,
  askPassword,
  askSecondFactor,
  candidates,
  checkTenant,
  continueSignIn,
  type SignIn,
  type SignInService,
  signInPurpose,
  type Visit,
} from '../sign-in/sign-in.ts'
import { delegatedScopes } from '../token/scopes.ts'

/** `POST /common/login`: one form of a sign-in, whichever page showed it. */
export async function signInStep(context: RouteContext<SignInService>): Promise<Response> {
  const session = sessionOf(context)
  let visit: Visit | undefined
  try {
    visit = { context, session, signIn: openForm(context, session, signInPurpose) as SignIn }
    return await step(visit)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refusalPage(context, error, visit && anotherAccount(visit))
  }
}

/** `GET /common/login`: nothing to show, because a sign-in only exists in its forms. */
export function signInNowhere(context: RouteContext<SignInService>): Promise<Response> {
  return refusalPage(context, new Refusal(50089), html`<p>Go back to the app and start the sign-in there.</p>`)
}

/** The alternative for a person whose account cannot be used. */
export function anotherAccount({ context, session, signIn }: Visit): Html {
  const { signedIn: _, ...rest } = signIn
  const sealed = sealForm(context, session, signInPurpose, { ...rest, page: 'account' } satisfies SignIn)
  return signInForm(
    sealed,
    html`<div class="actions"><button name="account" value="other">Use another account</button></div>`,
  )
}

function step(visit: Visit): Response | Promise<Response> {
  const { action, account } = visit.context.request.form
  if (action === 'cancel') return leave(visit, cancelled)
  switch (`${visit.signIn.page}: ${action ?? 'pick'}`) {
    case 'account: pick':
      return pickAccount(visit, account)
    case 'password: password':
      return checkPassword(visit)
    case 'second-factor: second-factor':
      return checkSecondFactor(visit)
    case 'consent: consent':
      return consent(visit)
    case 'consent: decline':
      return leave(visit, (reply) => refuseApp(visit.context, reply, new Refusal(65004)))
    case 'confirmation: confirm':
      return continueSignIn({ ...visit, signIn: { ...visit.signIn, confirmed: true } })
    default:
      throw new Refusal(9002313)
  }
}

function pickAccount(visit: Visit, objectId: string | undefined): Promise<Response> {
  const picked = candidates(visit).find(({ user }) => user.objectId === objectId)
  if (picked) return continueSignIn({ ...visit, signIn: { ...visit.signIn, signedIn: picked.signedIn } })
  return askPassword(visit, appOf(visit), { username: '' })
}

function checkPassword(visit: Visit): Promise<Response> {
  const { context, session, signIn } = visit
  const { username = '', password = '' } = context.request.form
  const app = appOf(visit)
  const again = (plain: string, refusal: Refusal): Promise<Response> =>
    askPassword(visit, app, { username, fault: { plain, reason: reasonOf(context, refusal) } })
  if (username.trim() === '' || password === '') {
    const parameter = username.trim() === '' ? 'username' : 'password'
    return again('Enter your user name and your password.', new Refusal(900144, { details: { parameter } }))
  }
  const user = context.service.directory.user(username.trim())
  if (user === undefined) {
    const details = { username, tenant: addressedName(visit) }
    return again('The emulator does not know this user.', new Refusal(50034, { details }))
  }
  if (!isSameSecret(password, user.password)) return again('The password is wrong.', new Refusal(50126))
  try {
    checkTenant(visit, app, user)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return again('This account can’t be used here.', error)
  }
  const signedIn = { objectId: user.objectId, amr: ['pwd'], at: context.service.now() }
  return continueSignIn({ ...visit, session: withAccount(session, signedIn), signIn: { ...signIn, signedIn } })
}

function addressedName({ context, signIn }: Visit): string {
  const { tenantId } = signIn.purpose.request
  return (tenantId === undefined ? undefined : context.service.directory.tenant(tenantId)?.name) ?? 'organizations'
}

function checkSecondFactor(visit: Visit): Promise<Response> {
  const { context, session, signIn } = visit
  const { user, signedIn } = signedInUser(visit)
  const given = (context.request.form.code ?? '').replace(/\s/g, '')
  if (given !== user.secondFactorCode) {
    const reason = reasonOf(context, new Refusal(500121))
    return askSecondFactor(visit, user, { plain: 'The code is wrong.', reason })
  }
  const proven = { ...signedIn, amr: [...signedIn.amr, 'mfa'], at: context.service.now() }
  return continueSignIn({ ...visit, session: withAccount(session, proven), signIn: { ...signIn, signedIn: proven } })
}

function consent(visit: Visit): Promise<Response> {
  const { context, signIn } = visit
  const { clientId, scope } = signIn.purpose.request
  const { user } = signedInUser(visit)
  context.service.consents.give(user.objectId, clientId, delegatedScopes({ path: '/oauth2/v2.0/', form: { scope } }))
  return continueSignIn({ ...visit, signIn: { ...signIn, consented: true } })
}

/** The user the form is about. Throws a `Refusal` if nobody has signed in yet, which our own pages never cause. */
function signedInUser({ context, signIn }: Visit): { user: User; signedIn: NonNullable<SignIn['signedIn']> } {
  const { signedIn } = signIn
  const user = signedIn && context.service.directory.user(signedIn.objectId)
  if (user && signedIn) return { user, signedIn }
  throw new Refusal(9002313)
}

function leave(
  { context, signIn: { purpose } }: Visit,
  tellApp: (reply: ReplyAddress) => Response | Promise<Response>,
): Response | Promise<Response> {
  return purpose.kind === 'device' ? deviceDeclined(context, purpose.userCode) : tellApp(purpose.request.reply)
}
