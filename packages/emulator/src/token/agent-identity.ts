import type { Directory } from '../directory/directory.ts'
import type { App, FederatedCredential, Tenant } from '../directory/entries.ts'
import { Refusal } from '../refusal/refusal.ts'
import { exchangeAudience, type IssuerService, issuerV2, namedAudience } from './token-exchange.ts'

/** The parts of the emulator that agent identities use. */
export interface AgentIdentityService extends IssuerService {
  directory: Pick<Directory, 'app'>
}

/**
 * The `sub` of a token that an app gets for one of its own paths (`fmi_path`): the tenant and the app, each as the
 * base64url of its GUID's bytes, and the path. Throws a `Refusal` for a path that cannot be one.
 */
export function pathSubject(tenantId: string, clientId: string, path: string): string {
  const plain = path.replace(/^\//, '')
  if (!/^[\w.~@:/-]{1,512}$/.test(plain)) throw new Refusal(90023, { details: { parameter: 'fmi_path' } })
  return `/eid1/c/pub/t/${guidBytes(tenantId)}/a/${guidBytes(clientId)}/${plain}`
}

/** A GUID's bytes in .NET's order: the first three groups are little-endian. */
function guidBytes(guid: string): string {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes.toString('base64url')
}

/** The client id of an agent identity's blueprint; `undefined` for other apps. */
export function blueprintOf({ directory }: AgentIdentityService, app: App): string | undefined {
  const { agentIdentityBlueprintId: named } = app
  return named === undefined ? undefined : directory.app(named)?.clientId
}

/**
 * What an agent identity trusts instead of credentials of its own: a token that its blueprint got for it
 * (https://learn.microsoft.com/entra/agent-id/agent-oauth-protocols).
 */
export function agentCredentials(service: AgentIdentityService, tenant: Tenant, app: App): FederatedCredential[] {
  const blueprintId = blueprintOf(service, app)
  if (blueprintId === undefined) return []
  return [
    {
      issuer: issuerV2(service, tenant.id),
      subject: pathSubject(tenant.id, blueprintId, app.clientId),
      audiences: [namedAudience(exchangeAudience)],
    },
  ]
}

/** Facets of Microsoft's list: 11 is an agent identity, 13 an agent's user. */
const facets = { agent: '9 3 11', user: '9 3 13' } as const

/**
 * The claims that say that an agent acts, for itself or for its user
 * (https://learn.microsoft.com/entra/agent-id/agent-token-claims).
 */
export function agentClaims(blueprintId: string, subject: keyof typeof facets): Record<string, unknown> {
  return {
    xms_act_fct: '3 9 11',
    xms_idrel: '7 10',
    xms_par_app_azp: blueprintId,
    xms_sub_fct: facets[subject],
    xms_tnt_fct: '3 9',
  }
}
