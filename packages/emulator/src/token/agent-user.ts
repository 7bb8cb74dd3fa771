import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import type { RouteContext } from '../http/received-request.ts'
import { readJwt, timeField } from '../primitives/jwt.ts'
import { Refusal } from '../refusal/refusal.ts'
import { isoTime } from './assertion-time.ts'
import type { ClientAssertionService } from './client-assertion.ts'
import { authenticateClient } from './client-authentication.ts'
import { exchangeAudience, issuerV2 } from './token-exchange.ts'
import { grantTokens, type UserTokenService, userTokenResponse } from './user-tokens.ts'

/** The parts of the emulator that the grant uses. */
export type AgentUserService = ClientAssertionService &
  UserTokenService & { directory: Pick<Directory, 'app' | 'tenant' | 'tenants' | 'user'> }

/**
 * The grant `user_fic` (https://learn.microsoft.com/entra/agent-id/agent-user-oauth-flow): tokens of an agent's own
 * user, for an agent identity that shows its blueprint's token and its own token for the exchange.
 */
export async function agentUser(context: RouteContext<AgentUserService>, tenant: Tenant, app: App): Promise<Response> {
  const { form } = context.request
  const { user_federated_identity_credential: credential, username, user_id: userId } = form
  if (!credential) throw new Refusal(900144, { details: { parameter: 'user_federated_identity_credential' } })
  const named = username || userId
  if (!named) throw new Refusal(900144, { details: { parameter: 'username' } })
  const proof = await authenticateClient(context, tenant, app)
  await checkCredential(context, tenant, app, credential)
  const user = context.service.directory.user(named)
  if (user === undefined || user.tenantId !== tenant.id) {
    throw new Refusal(50034, { details: { username: named, tenant: tenant.name } })
  }
  // No public capture shows which code Entra ID has for another agent's user; this is its code for an app that may not.
  if (user.identityParentId !== app.clientId) throw new Refusal(7000114, { details: { client: app.clientId } })
  const { objectId, displayName, tenantId } = user
  const grant = {
    person: { objectId, username: user.username, displayName, tenantId },
    clientId: app.clientId,
    scope: form.scope ?? '',
    amr: ['fed'],
  }
  const granted = grantTokens({ context, tenant, app, proof, grant })
  return userTokenResponse(granted, { refreshable: granted.scopes.offline })
}

/** Returns if it is the agent's own token for the exchange, and valid. Otherwise throws a `Refusal`. */
async function checkCredential(
  { service }: RouteContext<AgentUserService>,
  tenant: Tenant,
  app: App,
  credential: string,
): Promise<void> {
  const jwt = readJwt(credential)
  if (jwt === undefined) throw new Refusal(50027)
  const refused = (reason: string): Refusal => new Refusal(50013, { details: { reason } })
  const { claims } = jwt
  if (!(await service.signer.verifies(jwt)) || claims.iss !== issuerV2(service, tenant.id)) {
    throw refused('The provided signature value did not match the expected signature value')
  }
  if (claims.aud !== exchangeAudience) throw refused('The audience is not that of the token exchange')
  if (claims.azp !== app.clientId) throw refused('The token was issued to another application')
  const until = timeField(claims, 'exp') ?? 0
  const now = service.now()
  if (now >= until) throw new Refusal(500133, { details: { now: isoTime(now), until: isoTime(until) } })
}
