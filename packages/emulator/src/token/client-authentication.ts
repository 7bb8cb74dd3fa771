import { createHash, timingSafeEqual } from 'node:crypto'
import type { App, Secret } from '../directory/entries.ts'
import type { ReceivedRequest } from '../received-request.ts'
import { Refusal } from '../refusal.ts'

/** What a client says of itself, in the form or by HTTP Basic. */
export interface ClientClaim {
  clientId?: string
  secret?: string
  assertion?: string
}

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

/** Returns if the secret is one of the app's and not expired at `now` (milliseconds); throws a `Refusal` otherwise. */
export function authenticateClient(app: App, claim: ClientClaim, now: number): void {
  // No app has a certificate yet, so every assertion is signed with an unregistered one.
  if (claim.assertion !== undefined) throw new Refusal(700027)
  if (claim.secret === undefined) throw new Refusal(7000216)
  const sent = digest(claim.secret)
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
