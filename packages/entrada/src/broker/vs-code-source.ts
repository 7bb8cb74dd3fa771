import type { TokenRequest } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { authorityKind, checkTenant } from '../oauth/tenant.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import { type Env, settingOf } from '../runtime/environment.ts'
import type { Host } from '../runtime/host.ts'
import { toolHostOf } from '../runtime/process/tools.ts'
import type { CredentialContext } from '../source/context.ts'
import type { CredentialSource } from '../source/credential-source.ts'
import { TokenSource } from '../source/token-source.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions, IssuedToken } from '../types.ts'

/** The client id of Visual Studio Code's own sign-in. */
const visualStudioCodeClientId = 'aebc6443-996d-45c2-90f0-388ff96faa56'

/** Where the extension Azure Resources records who signed in, below the folder of Azure's tools. */
const recordFile = 'ms-azuretools.vscode-azureresourcegroups/authRecord.json'

/** The tokens of that sign-in, for the credential and for the default chain. */
export function visualStudioCodeTokens(context: CredentialContext, tenantId?: string): VisualStudioCodeSource {
  if (tenantId !== undefined) checkTenant(tenantId, `${context.name}: tenantId`, context.quote)
  if (authorityKind(tenantId) === 'adfs') {
    const remedy = 'Use InteractiveBrowserCredential or DeviceCodeCredential.'
    const problem = { who: context.name, reason: 'AD FS does not work with the sign-in of Visual Studio Code.', remedy }
    throw new CredentialUnavailableError(problem)
  }
  return new VisualStudioCodeSource(context, tenantId)
}

/** Stands for the tenant of the sign-in, which is not known before its record is read. */
const ofRecord = 'common'

export class VisualStudioCodeSource implements CredentialSource {
  readonly #host: Host
  readonly #tokens: TokenSource

  constructor(context: CredentialContext, tenantId: string | undefined) {
    this.#host = context.host
    const acquire = async (request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> => {
      const { visualStudioCodeToken } = await import('./vs-code-token.ts')
      const asked = request.tenantId === ofRecord ? undefined : request.tenantId
      const { vsCodeBroker, nativeBroker, vsCodeRecordPath } = registeredPlugins()
      const paths = recordPaths(context.host.env, vsCodeRecordPath)
      const known = { clientId: visualStudioCodeClientId, paths, broker: vsCodeBroker ?? nativeBroker }
      return visualStudioCodeToken(context, { ...request, ...known, tenantId: asked }, signal)
    }
    // No store behind it: a record there would not say whose token it is.
    const own = { ...context, second: undefined }
    this.#tokens = new TokenSource({
      context: own,
      tenantId: tenantId ?? ofRecord,
      clientId: visualStudioCodeClientId,
      acquire,
    })
  }

  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined {
    return this.#tokens.peek(scopes, options)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options)
  }

  /** A string that changes when somebody signs in or out: the stamp of each file, and whether there is a broker. */
  evidence(): string {
    const { vsCodeBroker, nativeBroker, vsCodeRecordPath } = registeredPlugins()
    const host = this.#host
    const stamps = recordPaths(host.env, vsCodeRecordPath).map((path) => toolHostOf(host).look(path)?.stamp ?? '-')
    return [vsCodeBroker === undefined && nativeBroker === undefined, ...stamps].join(' ')
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }
}

/** The files that may contain the record: the one that a plug-in names, or else those in the home folder. */
function recordPaths(env: Env, given: string | undefined): string[] {
  if (given !== undefined) return [given]
  const home = settingOf(env, 'HOME') ?? settingOf(env, 'USERPROFILE')
  return home ? ['.azure', '.Azure'].map((folder) => `${home}/${folder}/${recordFile}`) : []
}
