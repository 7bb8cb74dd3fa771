import type { TokenRequest } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { claimsParameter } from '../oauth/claims.ts'
import { askBroker } from '../plugins/ask-broker.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import type { IssuedToken } from '../types.ts'
import type { CredentialContext } from './context.ts'
import { recordPaths } from './vs-code-paths.ts'
import { originOf, readRecord } from './vs-code-record.ts'

/** What is asked for; without a tenant in that of the sign-in. */
type VisualStudioCodeRequest = Omit<TokenRequest, 'tenantId'> & { tenantId: string | undefined }

/** A token of the user of Visual Studio Code. Both are read anew each time: who signed in, and what is registered. */
export async function visualStudioCodeToken(
  { name: credential, host }: CredentialContext,
  request: VisualStudioCodeRequest,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const { vsCodeBroker, nativeBroker, vsCodeRecordPath } = registeredPlugins
  const record = await readRecord(recordPaths(host.env, vsCodeRecordPath), host)
  if ('reason' in record) throw unavailable(record.reason, record.mend, record.cause)
  const broker = vsCodeBroker ?? nativeBroker
  if (broker === undefined) {
    const mend = 'Install @azure/identity-vscode, and call useIdentityPlugin(vsCodePlugin), or use AzureCliCredential.'
    throw unavailable('no plug-in for the broker is registered, which alone has the tokens.', mend)
  }
  const { token } = await askBroker({
    credential,
    broker,
    clientId: record.clientId,
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
