import { type AadstsCode, isCatalogued } from '../refusal/codes.ts'
import { remedyOf } from '../refusal/remedies.ts'
import { clientClaim } from '../token/client-authentication.ts'
import { type ComparisonService, comparisons } from './comparison.ts'
import { curlCommand } from './curl-command.ts'
import { type DecodedToken, decodedToken } from './decoded-token.ts'
import type { OutcomeKind } from './outcome-kind.ts'
import { shownText } from './redaction.ts'
import type { Comparison } from './refused.ts'
import type { SeenRequest } from './traffic.ts'

/** What taking a request apart needs of the emulator. */
export type ExchangeService = ComparisonService

/** A request with its outcome, without any secret or token. */
export interface AnsweredRequest {
  /** Counts up from 1. */
  readonly number: number
  /** ISO 8601, by the emulator's clock. */
  readonly at: string
  /** Such as `POST`. */
  readonly method: string
  /** The path of the address, without its query. */
  readonly path: string
  /** HTTP status of the answer; `undefined` when a fault dropped the connection. */
  readonly status: number | undefined
  /** What kind of request it was, and from which app. */
  readonly what: string
  /** What became of it, in a few words. */
  readonly outcome: string
  /** Why it was refused, with its AADSTS code if it has one, and what to do about it. */
  readonly refusal:
    | {
        /** Why, with the AADSTS code if it has one. */
        readonly text: string
        /** What to do about it. */
        readonly remedy: string | undefined
      }
    | undefined
  /** What will go wrong later, although it was answered. */
  readonly advice: string | undefined
  /** The parameters that hold no secret. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** A request as the page shows it. */
export interface SeenExchange extends AnsweredRequest {
  readonly kind: OutcomeKind
  /** Of the app that asked, if it is declared or one of Microsoft's. */
  readonly clientId: string | undefined
  readonly tokens: readonly DecodedToken[]
  /** Why it was refused: what it sent beside what is declared. */
  readonly comparisons: readonly Comparison[]
  /** The request as a command for a shell, without its secrets. */
  readonly curl: string
}

/** The parameters that may be shown. All others may hold secrets. */
const shownFields = [
  ...['grant_type', 'client_id', 'scope', 'resource', 'response_type', 'response_mode', 'redirect_uri', 'prompt'],
  ...['login_hint', 'domain_hint', 'username', 'claims', 'code_challenge_method', 'requested_token_use', 'action'],
  ...['post_logout_redirect_uri', 'api-version', 'object_id', 'msi_res_id', 'mi_res_id', 'fmi_path', '$filter'],
  ...['$select', '$top'],
]
const sentTokens = ['assertion', 'client_assertion', 'id_token_hint', 'user_federated_identity_credential']
const givenTokens = ['access_token', 'id_token']

/** Describes a request for the page. */
export async function seenExchange(service: ExchangeService, seen: SeenRequest): Promise<SeenExchange> {
  const { sent, given, answered } = tokensOf(seen)
  const show = (text: string): string => shownText(text, service.directory)
  const refusal = refusalOf(seen)
  const asking = clientClaim(seen.request).clientId ?? seen.request.query.client_id
  const compared = refusal?.code === undefined ? [] : await comparisons(service, seen, refusal.code)
  return {
    ...answeredRequest(service, seen),
    kind: kindOf(seen, refusal !== undefined, given.length > 0 || 'refresh_token' in answered),
    clientId: asking === undefined ? undefined : service.directory.app(asking)?.clientId,
    tokens: await Promise.all([...sent, ...given].map(([name, token]) => decodedToken(service, name, token, seen.at))),
    comparisons: compared.map((each) => ({ ...each, sent: show(each.sent) })),
    curl: curlCommand(seen.request, (name) => shownFields.includes(name), show),
  }
}

function kindOf({ status, location = '' }: SeenRequest, isRefused: boolean, hasTokens: boolean): OutcomeKind {
  if (status === undefined) return 'dropped'
  if (isRefused) return 'refused'
  return hasTokens || holdsCode(location) ? 'issued' : 'answered'
}

function holdsCode(location: string): boolean {
  return /[?#&]code=/.test(location)
}

/** Describes a request in words. */
export function answeredRequest(service: Pick<ExchangeService, 'directory'>, seen: SeenRequest): AnsweredRequest {
  const { request, status, location } = seen
  const parameters = { ...request.query, ...request.form }
  const { given, answered } = tokensOf(seen)
  const refusal = refusalOf(seen)
  const show = (text: string): string => shownText(text, service.directory)
  return {
    number: seen.number,
    at: new Date(seen.at).toISOString(),
    method: request.method,
    path: show(request.path),
    status,
    what: show(whatOf(service, request.path, parameters)),
    outcome: show(
      outcomeOf(
        status,
        given.map(([name]) => name),
        'refresh_token' in answered,
        location,
        refusal,
      ),
    ),
    refusal: refusal && {
      text: show(refusal.text),
      remedy: refusal.code === undefined ? undefined : remedyOf(refusal.code, parameters.grant_type),
    },
    advice: request.outcome.advice,
    fields: shownFields.flatMap((name) => textOf(parameters, name, name)).map(([name, value]) => [name, show(value)]),
  }
}

/** The tokens that were sent and given, by the names that the page has for them, and all that was given. */
function tokensOf({ request, content }: SeenRequest): {
  sent: [string, string][]
  given: [string, string][]
  answered: Readonly<Record<string, unknown>>
} {
  const parameters = { ...request.query, ...request.form }
  const answered = { ...fieldsOf(content), ...request.outcome.tokens }
  return {
    answered,
    sent: sentTokens.flatMap((name) => textOf(parameters, name, `sent: ${name}`)),
    given: givenTokens.flatMap((name) => textOf(answered, name, name.replace('_', ' '))),
  }
}

function refusalOf({ request, content, status = 200 }: SeenRequest): { code?: AadstsCode; text: string } | undefined {
  const noted = request.outcome.refusal
  if (noted && isCatalogued(noted.code)) return { code: noted.code, text: noted.text }
  const { error, error_description: description } = fieldsOf(content)
  if (status < 400) return undefined
  return { text: typeof description === 'string' ? description : typeof error === 'string' ? error : 'Refused.' }
}

function whatOf(
  { directory }: Pick<ExchangeService, 'directory'>,
  path: string,
  { grant_type: grant, client_id: clientId }: Readonly<Record<string, string | undefined>>,
): string {
  const app = clientId === undefined ? undefined : directory.app(clientId)?.name
  const kinds: [RegExp, string][] = [
    [/\/oauth2\/(v2\.0\/)?token$/i, `Token request${grant ? `, ${grant.split(':').at(-1)}` : ''}`],
    [/\/authorize$/i, 'Sign-in'],
    [/^\/common\/login$/i, 'Sign-in form'],
    [/\/logout$|\/signout$/i, 'Sign-out'],
    [/\/devicecode$/i, 'Device code'],
    [/^\/devicelogin$|\/deviceauth$/i, 'Device code page'],
    [/openid-configuration$/i, 'Metadata'],
    [/\/keys$/i, 'Keys'],
    [/\/discovery\/instance$/i, 'Instance discovery'],
    [/\/userrealm\//i, 'Home realm'],
    [/^\/v1\.0\//i, 'Microsoft Graph'],
    [/\/userinfo$/i, 'User information'],
    [/^\/metadata\/endpoints$/i, 'Addresses of the cloud'],
    [/^\/metadata\/identity\/oauth2\/token\/?$|\/msi\/token\/?$/i, 'Managed identity'],
  ]
  const kind = kinds.find(([pattern]) => pattern.test(path))?.[1] ?? 'Request'
  return app === undefined ? kind : `${kind}, ${app}`
}

function outcomeOf(
  status: number | undefined,
  tokens: readonly string[],
  refreshable: boolean,
  location: string | undefined,
  refusal: { code?: number } | undefined,
): string {
  if (status === undefined) return 'The connection was closed'
  const sentTo = location?.split(/[?#]/)[0]
  const back = sentTo === undefined ? '' : `, browser sent to ${sentTo}`
  if (refusal) return `Refused${refusal.code === undefined ? '' : `, AADSTS${refusal.code}`}${back}`
  const all = [...tokens, ...(refreshable ? ['refresh token'] : [])]
  if (all.length > 0) return `Issued: ${all.join(', ')}${back}`
  if (sentTo !== undefined) return holdsCode(location ?? '') ? `Issued: code${back}` : `Browser sent to ${sentTo}`
  return 'Answered'
}

function fieldsOf(content: unknown): Readonly<Record<string, unknown>> {
  return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {}
}

function textOf(fields: Readonly<Record<string, unknown>>, name: string, as: string): [string, string][] {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? [[as, value]] : []
}
