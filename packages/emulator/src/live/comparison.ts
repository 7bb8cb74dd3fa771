import type { Directory } from '../directory/directory.ts'
import type { App } from '../directory/entries.ts'
import { isShared } from '../directory/lookup.ts'
import { registeredRedirect } from '../directory/redirect-uris.ts'
import { isSameSecret } from '../primitives/secrets.ts'
import type { AadstsCode } from '../refusal/codes.ts'
import { clientClaim } from '../token/client-authentication.ts'
import { comparedAssertion } from './compared-assertion.ts'
import { comparedClientType, comparedSecret } from './compared-secret.ts'
import type { OwnTokensService } from './decoded-token.ts'
import { type Comparison, listed, type Refused } from './refused.ts'
import type { SeenRequest } from './traffic.ts'

/** What comparing uses of the emulator. */
export type ComparisonService = OwnTokensService & {
  directory: Pick<Directory, 'app' | 'apps' | 'resource' | 'sameResource' | 'tenant' | 'tenants' | 'user' | 'users'>
}

type Compare = (service: ComparisonService, refused: Refused) => Comparison[] | Promise<Comparison[]>

/** Which comparisons explain which codes. */
const explanations: readonly (readonly [codes: readonly AadstsCode[], compare: Compare])[] = [
  [[90002, 900023, 700016, 50194, 50034, 50020], comparedTenant],
  [[700016, 700038, 7000112, 50194], comparedClient],
  [[50011, 500112, 500113], comparedRedirect],
  [[7000215, 7000222, 7000216], (_, refused) => comparedSecret(refused)],
  [[7000218, 700025, 7000216], (_, refused) => comparedClientType(refused)],
  [
    [...([50048, 700021, 700023, 700024, 700027, 700211, 700212, 700213] as const), 7000272, 7002138],
    comparedAssertion,
  ],
  [[9002325, 9002326, 9002327], comparedOrigin],
  [[500011, 9010010, 650053, 28000], comparedScopes],
  [[50034, 50126, 50020], comparedUser],
  [[53003, 50076, 50079], comparedPolicy],
]

/** Why a request was refused: what it sent beside what is declared. Empty where nothing declared has to do with it. */
export async function comparisons(
  service: ComparisonService,
  seen: SeenRequest,
  code: AadstsCode,
): Promise<Comparison[]> {
  const parameters = { ...seen.request.query, ...seen.request.form }
  const { directory } = service
  const clientId = clientClaim(seen.request).clientId ?? seen.request.query.client_id
  const refused: Refused = {
    ...{ seen, parameters },
    app: clientId === undefined ? undefined : directory.app(clientId),
    tenant: directory.tenant(segmentOf(seen)),
  }
  const all = explanations.filter(([codes]) => codes.includes(code)).map(([, compare]) => compare(service, refused))
  return (await Promise.all(all)).flat()
}

/** The tenant as the path names it. */
function segmentOf({ request }: SeenRequest): string {
  return request.path.split('/')[1] ?? ''
}

function comparedTenant({ directory }: ComparisonService, { seen, app, tenant }: Refused): Comparison[] {
  const segment = segmentOf(seen)
  const everywhere = directory.tenants.map(({ id, domains }) => [id, ...domains].join(', ')).join('; ')
  const known: Comparison = {
    what: 'tenant',
    sent: segment,
    declared: everywhere,
    matches: tenant !== undefined || isShared(segment),
  }
  if (app === undefined || !known.matches) return [known]
  const homes = app.tenants === '*' ? 'every tenant' : app.tenants.join(', ')
  const isThere = app.tenants === '*' || (tenant !== undefined && app.tenants.includes(tenant.id))
  return [{ what: `tenants of ${app.name}`, sent: segment, declared: homes, matches: isThere }]
}

function comparedClient({ directory }: ComparisonService, { parameters, app }: Refused): Comparison[] {
  const declared = app ? [app] : directory.apps
  const enabled = app?.disabled ? ', disabled' : ''
  return [
    {
      what: 'client_id',
      sent: parameters.client_id ?? 'nothing',
      declared: listed(declared.map(({ name, clientId }) => `${clientId} (${name}${enabled})`)),
      matches: app !== undefined && !app.disabled,
    },
  ]
}

function comparedRedirect(_: ComparisonService, { parameters, app }: Refused): Comparison[] {
  const sent = parameters.redirect_uri
  const registered = app?.redirectUris ?? []
  return [
    {
      what: 'redirect_uri',
      sent: sent ?? 'nothing',
      declared: listed(registered.map(({ uri, platform }) => `${uri} (${platform})`)),
      matches: sent !== undefined && registeredRedirect(registered, sent) !== undefined,
    },
  ]
}

/** Codes of a page are redeemed by a page, with an `Origin`, and all others without one. */
function comparedOrigin(_: ComparisonService, { seen, parameters, app }: Refused): Comparison[] {
  const origin = seen.request.headers.origin
  const registered = registeredRedirect(app?.redirectUris ?? [], parameters.redirect_uri ?? '')
  const uris = registered ? [registered] : (app?.redirectUris ?? [])
  const isPage = uris.some(({ platform }) => platform === 'spa')
  return [
    {
      what: 'Origin',
      sent: origin ?? 'no Origin: not a page',
      declared: listed(uris.map(({ uri, platform }) => `${uri} (${platform})`)),
      matches: isPage === (origin !== undefined),
    },
  ]
}

function comparedScopes({ directory }: ComparisonService, { parameters }: Refused): Comparison[] {
  const { scope = '', resource } = parameters
  const asked = scope.split(/ +/).filter((each) => each.includes('/'))
  const names = [...new Set(asked.map((each) => each.slice(0, each.lastIndexOf('/'))))]
  const resources = [...names, ...(resource === undefined ? [] : [resource])]
  const found = resources.flatMap((name) => directory.resource(name) ?? [])
  const known = directory.apps.flatMap(({ clientId, identifierUris }) => [`api://${clientId}`, ...identifierUris])
  const api = found.find(({ app }) => app !== undefined)?.app
  const defined = api?.oauth2PermissionScopes.map(({ value }) => value) ?? []
  const [first = ''] = resources
  return [
    {
      what: 'resource',
      sent: listed(resources),
      declared: found.length > 0 ? listed(found.flatMap(({ ids }) => ids)) : `${listed(known)}, and Microsoft’s own`,
      matches:
        resources.length > 0 &&
        resources.every((each) => directory.sameResource(first, each) && directory.resource(each) !== undefined),
    },
    ...(api === undefined || defined.length === 0 ? [] : [comparedNames(api, asked, defined)]),
  ]
}

function comparedNames(api: App, asked: readonly string[], defined: readonly string[]): Comparison {
  const sent = asked.map((each) => each.slice(each.lastIndexOf('/') + 1))
  const known = [...defined, '.default'].map((name) => name.toLowerCase())
  return {
    what: `scopes of ${api.name}`,
    sent: listed(sent),
    declared: listed(defined),
    matches: sent.every((name) => known.includes(name.toLowerCase())),
  }
}

function comparedUser({ directory }: ComparisonService, { parameters, tenant }: Refused): Comparison[] {
  const { username = '', password } = parameters
  const user = directory.user(username)
  const ofTenant = directory.users.filter(({ tenantId }) => tenant === undefined || tenantId === tenant.id)
  const name: Comparison = {
    what: 'user name',
    sent: username || 'nothing',
    declared: listed(ofTenant.map((each) => each.username)),
    matches: user !== undefined && ofTenant.includes(user),
  }
  if (user === undefined || password === undefined) return [name]
  const sent = `a password of ${password.length} characters`
  const matches = isSameSecret(password, user.password)
  return [name, { what: 'password', sent, declared: matches ? 'the same' : 'another', matches }]
}

function comparedPolicy(_: ComparisonService, { parameters, app }: Refused): Comparison[] {
  const policy = app?.conditionalAccess
  if (policy === undefined) return []
  const users = policy.users ? `users ${listed(policy.users)}` : 'everyone'
  const resources = policy.resources ? listed(policy.resources) : 'everything'
  return [
    {
      what: 'Conditional Access',
      sent: parameters.claims ? `claims ${parameters.claims}` : 'no claims',
      declared: `AADSTS${policy.code} for ${users}, on ${resources}, until claims ${policy.claims} are met`,
      matches: false,
    },
  ]
}
