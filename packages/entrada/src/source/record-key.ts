import { itemOf } from '../cache/call-map.ts'
import type { TokenRequest } from '../cache/token-request.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { environmentOf } from '../oauth/authority.ts'

/** What the keys of a credential's records are built from: see `TokenSourceOptions`. */
export interface RecordOwner<Tenant extends string | undefined> {
  authority: string
  clientId: string | undefined
  isOfUsers: boolean
  prove: ((request: TokenRequest<Tenant>, signal: AbortSignal) => Promise<string | undefined>) | undefined
}

/**
 * The key of a request's record in the store, or `undefined` if it is not known, or not proved, whose record it would
 * be.
 */
export async function recordKey<Tenant extends string | undefined>(
  { authority, clientId, isOfUsers, prove }: RecordOwner<Tenant>,
  request: TokenRequest<Tenant>,
  signal: AbortSignal,
): Promise<TokenKey | undefined> {
  const { tenantId: realm = 'managed_identity', scopes, enableCae: cae, subject } = request
  if (clientId === undefined || (isOfUsers && subject === undefined)) return undefined
  const environment = environmentOf(authority)
  const partition = subject?.id ?? 'app'
  const key: TokenKey = { kind: 'access', partition, environment, clientId, realm, target: itemOf(scopes), cae }
  if (prove === undefined) return key
  const proof = await prove(request, signal)
  return proof === undefined ? undefined : { ...key, proof }
}
