import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import { addressedTenant, isShared, registeredApp } from '../directory/lookup.ts'
import { type RedirectPlatform, registeredRedirect } from '../directory/redirect-uris.ts'
import type { RouteContext } from '../http/received-request.ts'
import { isGuid } from '../primitives/guid.ts'
import { Refusal, refuseDuplicate } from '../refusal/refusal.ts'
import { claimsAskForSecondFactor, clientCapabilities } from '../token/claims-parameter.ts'
import { checkTarget, delegatedScopes } from '../token/scopes.ts'

/** The parts of the emulator that are needed for reading an authorization request. */
export interface AuthorizationRequestService {
  directory: Pick<Directory, 'app' | 'appIn' | 'sameResource' | 'tenant' | 'tenants'>
}

type ResponseMode = 'query' | 'fragment' | 'form_post'
type Prompt = 'none' | 'login' | 'select_account' | 'consent' | 'create'

/** Where a response goes: always a registered redirect URI. */
export interface ReplyAddress {
  uri: string
  platform: RedirectPlatform
  mode: ResponseMode
  /** The `state` parameter, unchanged. */
  state?: string
}

/** What a sign-in is about, whether an app sent the browser here or a device shows a code. */
export interface SignInRequest {
  clientId: string
  /** The tenant that was addressed; `undefined` for a shared path. */
  tenantId?: string
  /** As the app asked, in the form of the v2.0 endpoint. */
  scope: string
  prompt?: Prompt
  loginHint?: string
  domainHint?: string
  /** Seconds. */
  maxAge?: number
  /** Whether the requested claims require a second factor. */
  secondFactor: boolean
}

/** What an app wants from the authorization endpoint in addition to a sign-in. */
export interface AuthorizationRequest extends SignInRequest {
  reply: ReplyAddress
  code: boolean
  idToken: boolean
  clientInfo: boolean
  nonce?: string
  codeChallenge?: string
}

const responseModes: readonly ResponseMode[] = ['query', 'fragment', 'form_post']
const knownPrompts: readonly Prompt[] = ['none', 'login', 'select_account', 'consent', 'create']

/**
 * The requesting app and where its responses go, before anything else is read. Throws a `Refusal`, which the page
 * shows: nothing may be sent to a URL that is not known to be the app's.
 */
export function replyAddress(context: RouteContext<AuthorizationRequestService>): {
  app: App
  tenant: Tenant | undefined
  reply: ReplyAddress
} {
  const { request, service, params } = context
  refuseDuplicate(request)
  const {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_mode: mode,
    response_type: type,
    state,
  } = request.query
  const { tenant: segment } = params
  const addressed = segment === undefined || isShared(segment) ? undefined : addressedTenant(service.directory, segment)
  if (!clientId) throw new Refusal(900144, { details: { parameter: 'client_id' } })
  const app = askingApp(context, addressed, clientId)
  if (!redirectUri) {
    throw app.redirectUris.length === 0
      ? new Refusal(500113)
      : new Refusal(900144, { details: { parameter: 'redirect_uri' } })
  }
  const registered = registeredRedirect(app.redirectUris, redirectUri)
  if (registered === undefined) {
    throw new Refusal(50011, {
      status: 400,
      error: 'invalid_request',
      details: { redirect: redirectUri, client: app.clientId },
    })
  }
  const known = responseModes.find((each) => each === mode)
  const usual = type?.split(' ').includes('id_token') ? 'fragment' : 'query'
  const reply: ReplyAddress = {
    uri: redirectUri,
    platform: registered.platform,
    mode: known ?? usual,
    ...(state === undefined ? {} : { state }),
  }
  return { app, tenant: addressed, reply }
}

function askingApp(
  { service, params }: RouteContext<AuthorizationRequestService>,
  addressed: Tenant | undefined,
  clientId: string,
): App {
  const { directory } = service
  const found = isGuid(clientId) ? directory.app(clientId) : undefined
  const tenant = addressed ?? (found && directory.tenant(found.tenantId)) ?? directory.tenants[0]
  if (tenant === undefined) throw new Refusal(50059)
  const app = registeredApp(directory, tenant, clientId)
  // AD FS has no tenant in its paths, and serves only its own apps.
  const everyone = addressed === undefined && params.tenant !== undefined
  if (everyone && app.tenants !== '*' && app.tenants.length < 2) {
    throw new Refusal(50194, { details: { client: app.clientId, app: app.name } })
  }
  return app
}

/** Reads the rest of a request. Throws a `Refusal`, which goes to the reply address. */
export function authorizationRequest(
  { request, service }: RouteContext<AuthorizationRequestService>,
  app: App,
  tenant: Tenant | undefined,
  reply: ReplyAddress,
): AuthorizationRequest {
  const { query } = request
  const types = responseTypes(app, query.response_type)
  checkMode(query.response_mode, types.idToken)
  const isV2 = /\/v2\.0\/authorize\/?$/i.test(request.path)
  const scope = query.resource && !isV2 ? `openid offline_access ${query.resource}/.default` : query.scope
  if (!scope) throw new Refusal(900144, { details: { parameter: 'scope' } })
  const { resource } = delegatedScopes({ path: '/oauth2/v2.0/', form: { scope } })
  checkTarget(service.directory, request.path, query.resource, resource)
  if (types.idToken && !query.nonce) throw new Refusal(900144, { details: { parameter: 'nonce' } })
  const codeChallenge = challenge(query.code_challenge, query.code_challenge_method)
  if (types.code && reply.platform === 'spa' && codeChallenge === undefined) throw new Refusal(9002325)
  // The value is only checked: a client declares its capabilities when it redeems the code.
  clientCapabilities(query.claims)
  const prompt = promptOf(query.prompt)
  const maxAge = query.max_age
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) throw new Refusal(90023, { details: { parameter: 'max_age' } })
  return {
    ...types,
    ...{ clientId: app.clientId, scope, reply },
    clientInfo: query.client_info === '1',
    secondFactor: claimsAskForSecondFactor(query.claims),
    ...(tenant === undefined ? {} : { tenantId: tenant.id }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(query.login_hint ? { loginHint: query.login_hint } : {}),
    ...(query.domain_hint ? { domainHint: query.domain_hint } : {}),
    ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
    ...(query.nonce ? { nonce: query.nonce } : {}),
    ...(codeChallenge === undefined ? {} : { codeChallenge }),
  }
}

function responseTypes(app: App, type: string | undefined): { code: boolean; idToken: boolean } {
  if (!type) throw new Refusal(900144, { details: { parameter: 'response_type' } })
  const types = type.split(/ +/)
  const unknownName = types.find((each) => !['code', 'id_token', 'token'].includes(each))
  if (unknownName !== undefined) throw new Refusal(70005, { details: { type } })
  if (types.includes('token')) throw new Refusal(700051)
  if (types.includes('id_token') && !app.idTokens) throw new Refusal(700054)
  return { code: types.includes('code'), idToken: types.includes('id_token') }
}

/** Tokens never go into a query, which servers log. */
function checkMode(mode: string | undefined, idToken: boolean): void {
  const known = mode === undefined || responseModes.some((each) => each === mode)
  if (known && !(mode === 'query' && idToken)) return
  throw new Refusal(70007, { details: { mode: mode ?? '' } })
}

/**
 * PKCE (RFC 7636), method S256 only: `plain`, its default, would reveal the verifier to anyone who sees the request.
 */
function challenge(value: string | undefined, method: string | undefined): string | undefined {
  if (value === undefined && method === undefined) return undefined
  if (method !== 'S256') throw new Refusal(90023, { details: { parameter: 'code_challenge_method' } })
  if (value === undefined || !/^[\w-]{43}$/.test(value)) throw new Refusal(50147)
  return value
}

function promptOf(value: string | undefined): Prompt | undefined {
  if (!value) return undefined
  const prompt = knownPrompts.find((each) => each === value)
  if (prompt) return prompt
  throw new Refusal(90023, { details: { parameter: 'prompt' } })
}
