import { createHash, timingSafeEqual } from 'node:crypto'
import type { App, Secret, Tenant } from '../directory/entries.ts'
import type { RedirectPlatform } from '../directory/redirect-uris.ts'
import type { ReceivedRequest } from '../received-request.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { checkClientAssertion } from './client-assertion.ts'

/** What a client says of itself, in the form or by HTTP Basic. */
export interface ClientClaim {
  clientId?: string
  secret?: string
  assertion?: string
}

/** How a client showed itself; the claim `appidacr` is 0, 1 or 2 accordingly. */
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

/** Returns how an app showed itself, by a secret or an assertion; throws a `Refusal` for a wrong proof and for none. */
export async function authenticateClient(context: RouteContext, tenant: Tenant, app: App): Promise<ClientProof> {
  const { secret, assertion } = clientClaim(context.request)
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
 * The same for grants of users, in which public clients show nothing; throws for one that does. A client is also public
 * where its code was sent to a page or to a program on a desktop.
 */
export async function authenticateUserClient(
  context: RouteContext,
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
  const sent = digest(given)
  const matching = app.secrets.filter((secret) => timingSafeEqual(digest(secret.value), sent))
  if (matching.length === 0) throw new Refusal(7000215, { details: { client: app.clientId } })
  if (matching.every((secret) => expired(secret, now))) {
    const keys = matching.map((secret) => secret.keyId).join(', ')
    throw new Refusal(7000222, { details: { client: app.clientId, keys } })
  }
}

export function expired(secret: Secret, now: number): boolean {
  return secret.expiresAt !== undefined && secret.expiresAt <= now
}

// Equal lengths, whatever was sent, so that the comparison takes the same time for all.
function digest(value: string): Buffer {
  return createHash('sha256').update(value, 'utf8').digest()
}
