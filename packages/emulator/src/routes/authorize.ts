import type { RouteContext } from '../http/received-request.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import { Refusal, refuseDuplicate } from '../refusal/refusal.ts'
import { refuseApp } from '../sign-in/authorization-answer.ts'
import {
  type AuthorizationRequestService,
  authorizationRequest,
  replyAddress,
} from '../sign-in/authorization-request.ts'
import { sessionOf } from '../sign-in/session.ts'
import { continueSignIn, type SignInService, type Visit } from '../sign-in/sign-in.ts'
import { anotherAccount } from './sign-in.ts'

type AuthorizeService = SignInService & AuthorizationRequestService

/**
 * `GET /{tenant}/oauth2/v2.0/authorize` (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow):
 * signs a user in and sends the browser back to the app. As in Entra ID, problems with the app or its redirect URI are
 * shown on the page; all others are sent to the app.
 */
export async function authorize(context: RouteContext<AuthorizeService>): Promise<Response> {
  const found = attempt(() => replyAddress(context))
  if (found instanceof Refusal) return refusalPage(context, found)
  const { app, tenant, reply } = found
  const asked = attempt(() => authorizationRequest(context, app, tenant, reply))
  if (asked instanceof Refusal) return refuseApp(context, reply, asked)
  const visit: Visit = { context, session: sessionOf(context), signIn: { purpose: { kind: 'app', request: asked } } }
  try {
    return await continueSignIn(visit)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return asked.prompt === 'none'
      ? refuseApp(context, reply, error)
      : refusalPage(context, error, anotherAccount(visit))
  }
}

/**
 * The same by POST (OpenID Connect Core, section 3.1.2.1). The browser is redirected to a GET, because it does not send
 * its session cookie with another site's form.
 */
export function authorizeByPost(context: RouteContext<AuthorizeService>): Response | Promise<Response> {
  const { form, query, path } = context.request
  const refused = attempt(() => refuseDuplicate(context.request))
  if (refused instanceof Refusal) return refusalPage(context, refused)
  const pairs = [...Object.entries(query), ...Object.entries(form)].flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  )
  return new Response(null, { status: 303, headers: { location: `${path}?${pairs.join('&')}` } })
}

function attempt<T>(work: () => T): T | Refusal {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
