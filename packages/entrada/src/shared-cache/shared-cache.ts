import { itemOf } from '../cache/call-map.ts'
import { refreshTime } from '../cache/freshness.ts'
import { longPatience, type PendingWrites, settleWrites, startWrite } from '../cache/pending-writes.ts'
import type { TokenRequest } from '../cache/token-request.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { type MsalDocument, msalDocumentText, readMsalDocument } from '../msal/document.ts'
import { type HeldRefreshToken, refreshTokensOf, rotateRefreshToken } from '../msal/held-refresh-tokens.ts'
import { readMsalRecord, writeMsalRecord } from '../msal/records.ts'
import type { AccountFilter, MsalAccount } from '../msal/select-account.ts'
import type { Grant } from '../oauth/grants.ts'
import { requestToken } from '../oauth/token-endpoint.ts'
import { endpointOf } from '../source/application-source.ts'
import type { CredentialContext } from '../source/context.ts'
import type { IssuedToken } from '../types.ts'
import { type FoundAccount, findAccount } from './shared-cache-account.ts'
import { type DocumentsOptions, documentsInOrder } from './shared-cache-documents.ts'

export interface SharedCacheOptions extends DocumentsOptions {
  clientId: string
  filter: AccountFilter
  /** Makes the grant for a refresh token. */
  grant(refreshToken: string): Grant
}

/** Tokens from the documents that developer tools share. */
export interface SharedCache {
  acquire(request: TokenRequest, signal: AbortSignal): Promise<IssuedToken>
  /** Resolves when pending writes have finished or been given up. */
  close(): Promise<void>
}

/** In milliseconds. A token in another program's cache that expires sooner is not used. */
const shortestUse = 300_000

/** Opens nothing yet: each call looks again, because people sign in and out between calls. */
export function openSharedCache(context: CredentialContext, options: SharedCacheOptions): SharedCache {
  const { name: who, host } = context
  const { clientId, filter } = options
  const environment = new URL(context.authority).host
  const documentsOf = documentsInOrder(host, options)
  const writes: PendingWrites = { pending: new Set(), isClosing: false, isOver: false }
  const writing = { writes, emit: context.emit, monotonic: host.monotonic }
  let pinned: string | undefined

  async function acquire(request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> {
    const search = { who, environment, clientId, filter, pinned }
    const found = await findAccount(documentsOf(request.enableCae), search)
    signal.throwIfAborted()
    const key = accessKey(found.account, clientId, request)
    const mayUse = request.claims === undefined && found.candidate.isOfKind
    const issued =
      (mayUse ? usable(found.document, key, host.now()) : undefined) ?? (await redeem(found, key, request, signal))
    pinned = found.account.homeAccountId
    return issued
  }

  /** Tries only the best refresh token: if the server refuses it, so does this call. */
  async function redeem(
    found: FoundAccount,
    key: TokenKey,
    request: TokenRequest,
    signal: AbortSignal,
  ): Promise<IssuedToken> {
    const [held] = refreshTokensOf(found.document, found.account, clientId) as [HeldRefreshToken]
    const endpoint = endpointOf({ tenantId: request.tenantId, clientId, authenticate: () => undefined }, context)
    const issued = await requestToken(endpoint, options.grant(held.secret), { ...request, signal })
    const keepIt = (): Promise<void> => keep({ found, key, held, issued, now: host.now() })
    void startWrite(writing, { operation: 'set', patience: longPatience }, keepIt)
    return issued
  }

  return { acquire, close: () => settleWrites(writing) }
}

/** The account's access token, if a tool or another process has left a fresh one. */
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

/**
 * Writes the new tokens into the document in its current state. An account that has signed out in the meantime stays
 * signed out.
 */
async function keep({ found, key, held, issued, now }: Redeemed): Promise<void> {
  const { access, account, candidate } = found
  await access.update((text) => {
    const document = readMsalDocument(text ?? '')
    if (!(document instanceof Map) || refreshTokensOf(document, account, key.clientId).length === 0) return undefined
    const { token: secret, refreshToken: next, ...times } = issued
    if (next !== undefined) rotateRefreshToken(document, { key: held.key, used: held.secret, next, now })
    if (candidate.isOfKind) writeMsalRecord(document, { key, secret, cachedAt: now, ...times })
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
