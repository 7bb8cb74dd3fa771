import { createHash } from 'node:crypto'
import { BACKDATED_SECONDS, randomClaims } from '../mint.ts'
import type { Service } from '../service.ts'
import { exchangeAudience, issuerV2, isTokenExchange } from '../token/token-exchange.ts'
import type { ManagedIdentity } from './identity.ts'

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
  /** SHA-256, hexadecimal, of a token that must not be given again. */
  revoked?: string | undefined
}

/** A host's tokens, and its cache of them. */
export interface HostTokens {
  /** The same token again, for as long as the host keeps it. */
  give(request: HostTokenRequest): Promise<HostToken>
  forget(): void
}

export interface HostTokensOptions {
  tokenLifetimeSeconds?: number | undefined
  cacheSeconds?: number | undefined
}

const DAY_SECONDS = 86_400

/** Hosts keep tokens for long, so a program that asks again gets the one it had. */
export function createHostTokens(
  service: Service,
  { tokenLifetimeSeconds = DAY_SECONDS, cacheSeconds = Math.floor(tokenLifetimeSeconds / 2) }: HostTokensOptions,
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
        // Another request with the same hash may have brought the new one meanwhile.
        const current = held.get(key)
        if (current && current !== found) return current.token
      }
      const token = issue(service, request, tokenLifetimeSeconds)
      held.set(key, { until: now + Math.min(cacheSeconds, tokenLifetimeSeconds), token })
      return token
    },
  }
}

/** A token as managed identities get it, which tells them by their object id and their resource id. */
async function issue(service: Service, request: HostTokenRequest, lifetimeSeconds: number): Promise<HostToken> {
  const { identity, resource, capabilities = [] } = request
  const now = Math.floor(service.now() / 1000)
  const notBefore = now - BACKDATED_SECONDS
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
  return { token: await service.signer.sign(claims), resource, notBefore, expiresOn }
}

/** Of version 1.0 (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). */
function accessClaims(service: Service, identity: ManagedIdentity, resource: string): Record<string, unknown> {
  const issuer = service.issuer(identity.tenantId)
  return { aud: resource, iss: issuer, idp: issuer, appid: identity.clientId, appidacr: '2', ver: '1.0' }
}

/**
 * Of version 2.0, to be shown in the place of an app's secret
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
 */
function assertionClaims(service: Service, identity: ManagedIdentity): Record<string, unknown> {
  const issuer = issuerV2(service, identity.tenantId)
  return { aud: exchangeAudience, iss: issuer, azp: identity.clientId, azpacr: '2', ver: '2.0' }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
