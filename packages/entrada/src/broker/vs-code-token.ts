import type { TokenRequest } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { claimsParameter } from '../oauth/token-endpoint.ts'
import type { NativeBroker } from '../plugins/native-broker.ts'
import type { CredentialContext } from '../source/context.ts'
import type { IssuedToken } from '../types.ts'
import { askBroker } from './ask-broker.ts'
import { originOf, readRecord } from './vs-code-record.ts'

/** The request, and values from the library's core, which this part, loaded on demand, does not import. */
interface VisualStudioCodeRequest extends Omit<TokenRequest, 'tenantId'> {
  /** Default: the tenant of the sign-in. */
  tenantId: string | undefined
  /** The client id of Visual Studio Code's own sign-in. */
  clientId: string
  /** Where the record may be. */
  paths: readonly string[]
  /** The broker, if one is registered. */
  broker: NativeBroker | undefined
}

/**
 * A token for the user of Visual Studio Code. Who signed in, and which plug-in is registered, is read again each time.
 */
export async function visualStudioCodeToken(
  { name: credential, host }: CredentialContext,
  request: VisualStudioCodeRequest,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const { broker, clientId, paths } = request
  const record = await readRecord(paths, clientId, host)
  if ('reason' in record) throw unavailable(record.reason, record.remedy, record.cause)
  if (broker === undefined) {
    const remedy =
      'Install @azure/identity-vscode, and call useIdentityPlugin(vsCodePlugin), or use AzureCliCredential.'
    throw unavailable('no broker plug-in is registered; its tokens come only from one.', remedy)
  }
  const { token } = await askBroker({
    credential,
    broker,
    clientId,
    authority: `${originOf(record.authority)}/${request.tenantId ?? record.tenantId}`,
    scopes: request.scopes,
    claims: claimsParameter(request.claims, request.enableCae, credential),
    isChallenged: request.claims !== undefined,
    homeAccountId: record.homeAccountId,
    signal,
    now: host.now(),
  })
  return token

  function unavailable(reason: string, remedy: string, cause?: unknown): CredentialUnavailableError {
    return new CredentialUnavailableError({ who: credential, reason, remedy }, { cause, isLasting: true })
  }
}
