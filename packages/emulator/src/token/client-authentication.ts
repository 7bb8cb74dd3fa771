import type { App, Secret, Tenant } from '../directory/entries.ts'
import type { RedirectPlatform } from '../directory/redirect-uris.ts'
import type { ReceivedRequest, RouteContext } from '../http/received-request.ts'
import { isSameSecret } from '../primitives/secrets.ts'
import { Refusal } from '../refusal/refusal.ts'
import { type ClientAssertionService, checkClientAssertion } from './client-assertion.ts'

/** A client's claim to its identity, in the form or by HTTP Basic. */
export interface ClientClaim {
  clientId?: string
  secret?: string
  assertion?: string
}

/** How a client authenticated; the claim `appidacr` is 0, 1 or 2 accordingly. */
export type ClientProof = 'none' | 'secret' | 'assertion'

/** Reads `client_id` with `client_secret` or `client_assertion`; the form comes before HTTP Basic (RFC 6749, 2.3.1). */
export function clientClaim(request: ReceivedRequest): ClientClaim {
  const { client_id: clientId, client_secret: secret, client_assertion: assertion } = request.form
  return {
    ...basicCredentials(request.headers.authorization),
    ...(clientId ? { clientId } : {}),
    ...(secret ? { secret } : {}),
    ...(assertion ? { assertion } : {}),
  }
}

function basicCredentials(authorization = ''): ClientClaim {
  const encoded = /^Basic +([a-z0-9+/=_-]+)$/i.exec(authorization)?.[1]
  if (encoded === undefined) return {}
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { clientId: formDecoded(id), secret: formDecoded(rest.join(':')) }
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** How an app authenticated, by a secret or an assertion. Throws a `Refusal` for a wrong or missing credential. */
export async function authenticateClient(
  context: RouteContext<ClientAssertionService>,
  tenant: Tenant,
  app: App,
): Promise<ClientProof> {
  const { secret, assertion } = clientClaim(context.request)
  if (secret !== undefined && assertion !== undefined) throw new Refusal(9002324)
  if (assertion !== undefined) {
    await checkClientAssertion(context, tenant, app, assertion)
    return 'assertion'
  }
  if (secret === undefined) {
    throw new Refusal(context.request.form.grant_type === 'client_credentials' ? 7000216 : 7000218)
  }
  checkSecret(app, secret, context.service.now())
  return 'secret'
}

/**
 * The same for user grants, in which a public client must not send a credential. A client also counts as public if its
 * code was sent to a page or to a desktop program.
 */
export async function authenticateUserClient(
  context: RouteContext<ClientAssertionService>,
  tenant: Tenant,
  app: App,
  platform: RedirectPlatform = 'web',
): Promise<ClientProof> {
  const { secret, assertion } = clientClaim(context.request)
  const shown = secret !== undefined || assertion !== undefined
  const isPublic = app.publicClient || platform !== 'web'
  if (!isPublic || (shown && hasCredential(app))) return authenticateClient(context, tenant, app)
  if (shown) throw new Refusal(700025)
  return 'none'
}

function hasCredential({ secrets, certificates, federatedCredentials }: App): boolean {
  return secrets.length + certificates.length + federatedCredentials.length > 0
}

function checkSecret(app: App, given: string, now: number): void {
  const matching = app.secrets.filter((secret) => isSameSecret(given, secret.value))
  if (matching.length === 0) throw new Refusal(7000215, { details: { client: app.clientId } })
  if (matching.every((secret) => hasExpired(secret, now)))
    throw new Refusal(7000222, { details: { client: app.clientId } })
}

export function hasExpired(secret: Secret, now: number): boolean {
  return secret.expiresAt !== undefined && secret.expiresAt <= now
}
