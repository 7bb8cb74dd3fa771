import type { TokenRequest } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { claimsParameter } from '../oauth/claims.ts'
import { askBroker } from '../plugins/ask-broker.ts'
import type { NativeBroker } from '../plugins/native-broker.ts'
import type { IssuedToken } from '../types.ts'
import type { CredentialContext } from './context.ts'
import { originOf, readRecord } from './vs-code-record.ts'

/** What is asked for, and what the core of the library knows, which this part of it does not load. */
interface VisualStudioCodeRequest extends Omit<TokenRequest, 'tenantId'> {
  /** Default that of the sign-in. */
  tenantId: string | undefined
  /** The client id of Visual Studio Code's own sign-in. */
  clientId: string
  /** Where the record may be. */
  paths: readonly string[]
  /** The broker, if one is registered. */
  broker: NativeBroker | undefined
}

/** A token of the user of Visual Studio Code. Both are read anew each time: who signed in, and what is registered. */
export async function visualStudioCodeToken(
  { name: credential, host }: CredentialContext,
  request: VisualStudioCodeRequest,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const { broker, clientId, paths } = request
  const record = await readRecord(paths, clientId, host)
  if ('reason' in record) throw unavailable(record.reason, record.mend, record.cause)
  if (broker === undefined) {
    const mend = 'Install @azure/identity-vscode, and call useIdentityPlugin(vsCodePlugin), or use AzureCliCredential.'
    throw unavailable('no plug-in for the broker is registered, which alone has the tokens.', mend)
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

  function unavailable(reason: string, mend: string, cause?: unknown): CredentialUnavailableError {
    return new CredentialUnavailableError(`${credential}: ${reason} ${mend}`, { mend, cause, isLasting: true })
  }
}
