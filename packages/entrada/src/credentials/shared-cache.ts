import { refreshTime } from '../cache/freshness.ts'
import { itemOf, type TokenRequest } from '../cache/token-request.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { type AccountFilter, type HeldRefreshToken, type MsalAccount, refreshTokensOf } from '../msal/accounts.ts'
import { type MsalDocument, msalDocumentText, readMsalDocument } from '../msal/document.ts'
import { readMsalRecord, writeMsalRecord } from '../msal/records.ts'
import { rotateRefreshToken } from '../msal/rotate.ts'
import type { Grant } from '../oauth/grants.ts'
import { requestToken } from '../oauth/token-endpoint.ts'
import type { IssuedToken } from '../types.ts'
import { endpointOf } from './application.ts'
import type { CredentialContext } from './context.ts'
import { type FoundAccount, findAccount } from './shared-cache-account.ts'
import { type PlacesOptions, sharedPlaces } from './shared-cache-places.ts'

export interface SharedCacheOptions extends PlacesOptions {
  clientId: string
  filter: AccountFilter
  /** The grant of a refresh token. */
  grant(refreshToken: string): Grant
}

/** Tokens from the documents that developer tools share. */
export interface SharedCache {
  acquire(request: TokenRequest, signal: AbortSignal): Promise<IssuedToken>
  /** Resolves when what was to be written is written, or was given up. */
  settled(): Promise<void>
}

/** A token of somebody else's cache that ends sooner is left there, in milliseconds. */
const shortestUse = 300_000

/** Opens nothing yet: each call looks anew, since people sign in and out meanwhile. */
export function openSharedCache(context: CredentialContext, options: SharedCacheOptions): SharedCache {
  const { name: who, host } = context
  const { clientId, filter } = options
  const environment = new URL(context.authority).host
  const placesOf = sharedPlaces(host, options)
  const writes = new Set<Promise<void>>()
  let pinned: string | undefined

  async function acquire(request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> {
    const search = { who, environment, clientId, filter, pinned }
    const found = await findAccount(placesOf(request.enableCae), search)
    signal.throwIfAborted()
    const key = accessKey(found.account, clientId, request)
    const mayUse = request.claims === undefined && found.place.isOfKind
    const issued =
      (mayUse ? usable(found.document, key, host.now()) : undefined) ?? (await redeem(found, key, request, signal))
    pinned = found.account.homeAccountId
    return issued
  }

  /** One refresh token is tried, the best: what the server says of it is the answer. */
  async function redeem(
    found: FoundAccount,
    key: TokenKey,
    request: TokenRequest,
    signal: AbortSignal,
  ): Promise<IssuedToken> {
    const [held] = refreshTokensOf(found.document, found.account, clientId) as [HeldRefreshToken]
    const endpoint = endpointOf({ tenantId: request.tenantId, clientId, authenticate: () => undefined }, context)
    const issued = await requestToken(endpoint, options.grant(held.secret), { ...request, signal })
    const writing = keep({ found, key, held, issued, now: host.now() })
      .catch((error: unknown) => context.emit({ type: 'store-failed', operation: 'set', error }))
      .finally(() => writes.delete(writing))
    writes.add(writing)
    return issued
  }

  return { acquire, settled: async () => void (await Promise.all(writes)) }
}

/** The access token of the account, where a tool or another process has left a fresh one. */
function usable(document: MsalDocument, key: TokenKey, now: number): IssuedToken | undefined {
  const record = readMsalRecord(document, key)
  if (record === undefined) return undefined
  const { secret: token, expiresAt, refreshAt, cachedAt } = record
  const issued = { token, expiresAt, tokenType: 'Bearer' as const, ...(refreshAt === undefined ? {} : { refreshAt }) }
  return expiresAt - now > shortestUse && now < refreshTime(issued, cachedAt) ? issued : undefined
}

interface Redeemed {
  found: FoundAccount
  key: TokenKey
  held: HeldRefreshToken
  issued: IssuedToken
  now: number
}

/** Writes what came into the document as it is by then. Who has signed out meanwhile stays signed out. */
async function keep({ found, key, held, issued, now }: Redeemed): Promise<void> {
  const { access, account, place } = found
  await access.update((text) => {
    const document = readMsalDocument(text ?? '')
    if (!(document instanceof Map) || refreshTokensOf(document, account, key.clientId).length === 0) return undefined
    const { token: secret, refreshToken: next, ...times } = issued
    if (next !== undefined) rotateRefreshToken(document, { key: held.key, used: held.secret, next, now })
    if (place.isOfKind) writeMsalRecord(document, { key, secret, cachedAt: now, ...times })
    return msalDocumentText(document)
  })
}

function accessKey(
  { homeAccountId, environment, homeTenantId }: MsalAccount,
  clientId: string,
  request: TokenRequest,
): TokenKey {
  const isHome = /^(?:organizations|common)$/i.test(request.tenantId)
  const realm = (isHome && homeTenantId) || request.tenantId
  return {
    kind: 'access',
    partition: homeAccountId,
    environment,
    clientId,
    realm,
    target: itemOf(request.scopes),
    cae: request.enableCae,
  }
}
