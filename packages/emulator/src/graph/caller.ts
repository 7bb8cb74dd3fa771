import type { Directory } from '../directory/directory.ts'
import type { Tenant, User } from '../directory/entries.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import { type Jwt, readJwt, textField, timeField } from '../primitives/jwt.ts'
import { backdatedSeconds } from '../token/claims.ts'
import type { Revocations } from '../token/revocations.ts'
import type { TokenSigner } from '../token/token-signer.ts'
import { GraphError } from './graph-answer.ts'

/** The parts of the emulator that are needed to verify a caller's token. */
export interface CallerService {
  directory: Pick<Directory, 'tenant' | 'user'>
  signer: Pick<TokenSigner, 'verifies'>
  revocations: Pick<Revocations, 'lastOf'>
  /** Milliseconds since the epoch. */
  now(): number
}

/** The caller of Microsoft Graph, according to their token. */
export interface Caller {
  tenant: Tenant
  /** The client id of the app that got the token. */
  clientId: string
  /** Names of delegated permissions (`scp`), or of the app's own (`roles`). */
  permissions: readonly string[]
  /** The user the app acts for; `undefined` for an app's own token. */
  user: { objectId: string; declared: User | undefined; claims: Jwt['claims'] } | undefined
}

const audiences = ['https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000']

/**
 * The caller, if the token is for Microsoft Graph, is one of ours, and is still valid. Otherwise throws a `GraphError`.
 */
export async function callerOf(request: ReceivedRequest, service: CallerService): Promise<Caller> {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given === undefined) throw invalidToken('Access token is empty.')
  const jwt = readJwt(given)
  if (jwt === undefined) {
    throw invalidToken('IDX14100: JWT is not well formed, there must be three segments, separated by dots (.).')
  }
  const { claims } = jwt
  if (!(await service.signer.verifies(jwt))) throw invalidToken('Access token validation failure. Invalid signature.')
  const audience = (textField(claims, 'aud') ?? '').toLowerCase().replace(/\/$/, '')
  if (!audiences.includes(audience)) throw invalidToken('Access token validation failure. Invalid audience.')
  if (service.now() >= (timeField(claims, 'exp') ?? 0)) {
    throw invalidToken('Lifetime validation failed, the token is expired.')
  }
  const tenant = service.directory.tenant(textField(claims, 'tid') ?? '')
  if (tenant === undefined) throw invalidToken('Access token validation failure. Invalid issuer.')
  const objectId = textField(claims, 'oid') ?? ''
  const declared = service.directory.user(objectId)
  const isApp = claims.idtyp === 'app'
  if (!isApp) checkRevocation(jwt, declared?.objectId ?? objectId, service)
  return {
    tenant,
    clientId: textField(claims, 'appid') ?? '',
    permissions: isApp ? textList(claims.roles) : (textField(claims, 'scp') ?? '').split(' '),
    user: isApp ? undefined : { objectId, declared, claims },
  }
}

/**
 * Continuous access evaluation: a client that can handle a claims challenge (`cp1`) gets one as soon as the user's
 * sessions are revoked; the tokens of others live on
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 */
function checkRevocation({ claims }: Jwt, objectId: string, { revocations }: CallerService): void {
  const revokedAt = revocations.lastOf(objectId)
  const issuedAt = (timeField(claims, 'iat') ?? 0) + backdatedSeconds * 1000
  const isCapable = textList(claims.xms_cc).some((each) => each.toLowerCase() === 'cp1')
  if (!isCapable || revokedAt === undefined || issuedAt > revokedAt) return
  const nbf = { essential: true, value: String(Math.floor(revokedAt / 1000)) }
  const challenge = Buffer.from(JSON.stringify({ access_token: { nbf } })).toString('base64')
  throw invalidToken(
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
    `, error="insufficient_claims", claims="${challenge}"`,
  )
}

function invalidToken(message: string, more = ''): GraphError {
  const authority = 'https://login.microsoftonline.com/common/oauth2/authorize'
  const challenge = `Bearer realm="", authorization_uri="${authority}", client_id="${audiences[1]}"${more}`
  return new GraphError(401, 'InvalidAuthenticationToken', message, { 'www-authenticate': challenge })
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
