import { createHash } from 'node:crypto'
import { backdatedSeconds, randomClaims } from '../token/claims.ts'
import { exchangeAudience, issuerV2, isTokenExchange } from '../token/token-exchange.ts'
import type { TokenSigner } from '../token/token-signer.ts'
import type { ManagedIdentity } from './identity.ts'

/** The parts of the emulator that are needed for issuing a host's tokens. */
export interface HostTokensService {
  signer: Pick<TokenSigner, 'sign'>
  /** Milliseconds since the epoch. */
  now(): number
  issuer(tenantId: string): string
}

/** A token as a host holds it; times are in seconds since the epoch. */
export interface HostToken {
  token: string
  resource: string
  notBefore: number
  expiresOn: number
}

export interface HostTokenRequest {
  identity: ManagedIdentity
  resource: string
  /** `cp1`: the client understands claims challenges. */
  capabilities?: readonly string[]
  /** SHA-256, in hexadecimal, of a token that must not be returned again. */
  revoked?: string | undefined
}

/** A host's tokens, and its cache of them. */
export interface HostTokens {
  /** Resolves to the same token each time, as long as the host caches it. */
  give(request: HostTokenRequest): Promise<HostToken>
  forget(): void
}

export interface HostTokensOptions {
  tokenLifetimeSeconds?: number | undefined
  cacheSeconds?: number | undefined
}

const daySeconds = 86_400

/** Hosts cache tokens for a long time, so a program that asks again gets the same one. */
export function createHostTokens(
  service: HostTokensService,
  { tokenLifetimeSeconds = daySeconds, cacheSeconds = Math.floor(tokenLifetimeSeconds / 2) }: HostTokensOptions,
): HostTokens {
  const held = new Map<string, { until: number; token: Promise<HostToken> }>()
  return {
    forget: () => held.clear(),
    give: async (request) => {
      const { identity, resource, capabilities = [], revoked } = request
      const key = JSON.stringify([identity.clientId, resource, capabilities])
      const now = service.now() / 1000
      const found = held.get(key)
      if (found && now < found.until) {
        const token = await found.token
        if (sha256(token.token) !== revoked?.toLowerCase()) return token
        // Another request with the same hash may have fetched a new one in the meantime.
        const current = held.get(key)
        if (current && current !== found) return current.token
      }
      const token = issue(service, request, tokenLifetimeSeconds)
      held.set(key, { until: now + Math.min(cacheSeconds, tokenLifetimeSeconds), token })
      return token
    },
  }
}

/** A managed identity's token, which names it by its object id and resource id. */
async function issue(
  service: HostTokensService,
  request: HostTokenRequest,
  lifetimeSeconds: number,
): Promise<HostToken> {
  const { identity, resource, capabilities = [] } = request
  const now = Math.floor(service.now() / 1000)
  const notBefore = now - backdatedSeconds
  const expiresOn = now + lifetimeSeconds
  const claims = {
    ...(isTokenExchange(resource) ? assertionClaims(service, identity) : accessClaims(service, identity, resource)),
    iat: notBefore,
    nbf: notBefore,
    exp: expiresOn,
    ...randomClaims(),
    idtyp: 'app',
    oid: identity.objectId,
    sub: identity.objectId,
    tid: identity.tenantId,
    ...(capabilities.length > 0 ? { xms_cc: capabilities } : {}),
    xms_mirid: identity.resourceId,
  }
  const { clientId, tenantId } = identity
  const token = await service.signer.sign(claims, { token: 'access', tenantId, clientId, app: identity.name, resource })
  return { token, resource, notBefore, expiresOn }
}

/** Version 1.0 (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). */
function accessClaims(
  service: HostTokensService,
  identity: ManagedIdentity,
  resource: string,
): Record<string, unknown> {
  const issuer = service.issuer(identity.tenantId)
  return { aud: resource, iss: issuer, idp: issuer, appid: identity.clientId, appidacr: '2', ver: '1.0' }
}

/**
 * Version 2.0, to be sent instead of an app's secret
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
 */
function assertionClaims(service: HostTokensService, identity: ManagedIdentity): Record<string, unknown> {
  const issuer = issuerV2(service, identity.tenantId)
  return { aud: exchangeAudience, iss: issuer, azp: identity.clientId, azpacr: '2', ver: '2.0' }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
