import type { Service } from '../service.ts'
import { type DecodedToken, decodedToken } from './decoded-token.ts'
import { mendOf } from './mends.ts'
import { shownText } from './shown-text.ts'
import type { SeenRequest } from './traffic.ts'

/** A request as the page tells of it: no secret and no whole token is in it. */
export interface SeenExchange {
  number: number
  /** ISO 8601. */
  at: string
  method: string
  path: string
  status: number | undefined
  /** One line: what it was, and of which app. */
  what: string
  outcome: string
  /** Why it was refused, and what to do. */
  refusal: { text: string; mend: string | undefined } | undefined
  fields: readonly (readonly [name: string, value: string])[]
  tokens: readonly DecodedToken[]
}

/** The parameters that may be shown. All others may hold secrets. */
const SHOWN_FIELDS = [
  ...['grant_type', 'client_id', 'scope', 'resource', 'response_type', 'response_mode', 'redirect_uri', 'prompt'],
  ...['login_hint', 'domain_hint', 'username', 'claims', 'code_challenge_method', 'requested_token_use', 'action'],
  ...['post_logout_redirect_uri', 'api-version', 'object_id', 'msi_res_id', 'mi_res_id'],
]
const SENT_TOKENS = ['assertion', 'client_assertion', 'id_token_hint']
const GIVEN_TOKENS = ['access_token', 'id_token']

/** Takes a request apart. */
export async function seenExchange(service: Service, seen: SeenRequest): Promise<SeenExchange> {
  const { request, content, status, location } = seen
  const parameters = { ...request.query, ...request.form }
  const answered = { ...fieldsOf(content), ...request.told.tokens }
  const sent = SENT_TOKENS.flatMap((name) => textOf(parameters, name, `sent: ${name}`))
  const given = GIVEN_TOKENS.flatMap((name) => textOf(answered, name, name.replace('_', ' ')))
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
      mend: refusal.code === undefined ? undefined : mendOf(refusal.code),
    },
    fields: SHOWN_FIELDS.flatMap((name) => textOf(parameters, name, name)).map(([name, value]) => [name, show(value)]),
    tokens: await Promise.all([...sent, ...given].map(([name, token]) => decodedToken(service, name, token))),
  }
}

function refusalOf({ request, content, status = 200 }: SeenRequest): { code?: number; text: string } | undefined {
  if (request.told.refusal) return request.told.refusal
  const { error, error_description: description } = fieldsOf(content)
  if (status < 400) return undefined
  return { text: typeof description === 'string' ? description : typeof error === 'string' ? error : 'Refused.' }
}

function whatOf(
  { directory }: Service,
  path: string,
  { grant_type: grant, client_id: clientId }: Readonly<Record<string, string | undefined>>,
): string {
  const app = clientId === undefined ? undefined : directory.app(clientId)?.name
  const kinds: [RegExp, string][] = [
    [/\/oauth2\/(v2\.0\/)?token$/i, `Token request${grant ? `, ${grant.split(':').at(-1)}` : ''}`],
    [/\/authorize$/i, 'Sign-in'],
    [/^\/common\/login$/i, 'Sign-in, a form'],
    [/\/logout$|\/signout$/i, 'Sign-out'],
    [/\/devicecode$/i, 'Device code'],
    [/^\/devicelogin$|\/deviceauth$/i, 'Device code, the page'],
    [/openid-configuration$/i, 'Metadata'],
    [/\/keys$/i, 'Keys'],
    [/\/discovery\/instance$/i, 'Instance discovery'],
    [/\/userrealm\//i, 'Home realm'],
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
  if (sentTo !== undefined)
    return /[?#&]code=/.test(location ?? '') ? `Issued: code${back}` : `Browser sent to ${sentTo}`
  return 'Answered'
}

function fieldsOf(content: unknown): Readonly<Record<string, unknown>> {
  return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {}
}

function textOf(fields: Readonly<Record<string, unknown>>, name: string, as: string): [string, string][] {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? [[as, value]] : []
}
