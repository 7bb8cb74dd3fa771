import { createHash } from 'node:crypto'
import type { App, Tenant } from '../directory/entries.ts'
import type { RouteContext } from '../http/received-request.ts'
import { formPostPage } from '../pages/form-post-page.ts'
import { type Refusal, refusalBody } from '../refusal/refusal.ts'
import { type AccountService, accountIn } from '../token/account.ts'
import type { AuthorizationCodes } from '../token/authorization-code.ts'
import type { TokenSigner } from '../token/token-signer.ts'
import { idTokenClaims } from '../token/user-claims.ts'
import { grantFor, type Person } from '../token/user-grant.ts'
import type { AuthorizationRequest, ReplyAddress } from './authorization-request.ts'
import type { Session } from './session.ts'

/** The parts of the emulator that are needed for answering an app. */
export interface AuthorizationAnswerService extends AccountService {
  codes: Pick<AuthorizationCodes, 'issue'>
  signer: Pick<TokenSigner, 'sign'>
  /** Milliseconds since the epoch. */
  now(): number
}

type Parameters = Readonly<Record<string, string>>

/** Sends a response to an app in the mode it asked for, with its `state`. */
export function answerApp(reply: ReplyAddress, parameters: Parameters, cookie?: string): Response | Promise<Response> {
  const all = { ...parameters, ...(reply.state === undefined ? {} : { state: reply.state }) }
  if (reply.mode === 'form_post') return formPostPage(reply.uri, all, cookie)
  const encoded = Object.entries(all).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const mark = reply.mode === 'fragment' ? '#' : reply.uri.includes('?') ? '&' : '?'
  const headers = new Headers({
    location: `${reply.uri}${mark}${encoded.join('&')}`,
    'cache-control': 'no-store, no-cache',
    pragma: 'no-cache',
    'referrer-policy': 'no-referrer',
  })
  if (cookie !== undefined) headers.set('set-cookie', cookie)
  return new Response(null, { status: 302, headers })
}

/** Tells an app why there is no code. */
export function refuseApp(
  context: RouteContext<AuthorizationAnswerService>,
  reply: ReplyAddress,
  refusal: Refusal,
): Response | Promise<Response> {
  const body = refusalBody(refusal, context.request, context.service.now())
  return answerApp(reply, {
    error: body.error,
    error_description: body.error_description,
    ...(body.error_uri === undefined ? {} : { error_uri: body.error_uri }),
    ...(body.suberror === undefined ? {} : { suberror: body.suberror }),
    ...(body.claims === undefined ? {} : { claims: body.claims }),
  })
}

/** Tells an app that the user cancelled the sign-in. */
export function cancelled(reply: ReplyAddress): Response | Promise<Response> {
  return answerApp(reply, {
    error: 'access_denied',
    error_subcode: 'cancel',
    error_description: 'The user cancelled the sign-in.',
  })
}

/** The result of a sign-in. */
export interface Granted {
  person: Person
  tenant: Tenant
  app: App
  amr: readonly string[]
  session: Session
}

/** The answer to an app whose user has signed in: a code, an id token, or both. */
export async function grantedParameters(
  context: RouteContext<AuthorizationAnswerService>,
  asked: AuthorizationRequest,
  { person, tenant, app, amr, session }: Granted,
): Promise<Parameters> {
  const { service, request } = context
  const { clientId, scope, reply, nonce, codeChallenge } = asked
  const now = service.now()
  const grant = { person, clientId, scope, amr, ...grantFor(reply.platform, now) }
  const bound = {
    ...(nonce === undefined ? {} : { nonce }),
    ...(codeChallenge === undefined ? {} : { codeChallenge }),
  }
  const code = asked.code ? service.codes.issue({ grant, redirectUri: reply.uri, ...bound }, now) : undefined
  const idToken = (): Record<string, unknown> => ({
    ...idTokenClaims({
      ...{ tenant, app, origin: request.origin, now, inUrl: reply.mode !== 'form_post', ...(nonce ? { nonce } : {}) },
      account: accountIn(service, tenant, person),
      scopes: scope.split(' '),
    }),
    ...(code === undefined ? {} : { c_hash: halfHash(code) }),
  })
  const signed = asked.idToken
    ? await service.signer.sign(idToken(), {
        token: 'id',
        tenantId: tenant.id,
        clientId,
        app: app.name,
        user: person.username,
      })
    : undefined
  if (signed !== undefined) request.outcome.tokens = { id_token: signed }
  const clientInfo = JSON.stringify({ uid: person.objectId, utid: person.tenantId })
  return {
    ...(code === undefined ? {} : { code }),
    ...(signed === undefined ? {} : { id_token: signed }),
    ...(asked.clientInfo ? { client_info: Buffer.from(clientInfo).toString('base64url') } : {}),
    session_state: session.id,
  }
}

/** OpenID Connect Core, section 3.3.2.11. */
function halfHash(code: string): string {
  return createHash('sha256').update(code, 'ascii').digest().subarray(0, 16).toString('base64url')
}
