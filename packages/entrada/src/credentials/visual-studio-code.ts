import type { TokenRequest } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { Env, Host } from '../runtime/host.ts'
import { toolHostOf } from '../runtime/tools.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions, IssuedToken } from '../types.ts'
import { type CredentialContext, openContext } from './context.ts'
import { TokenSource } from './credential.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type { MultiTenantTokenCredentialOptions } from './options.ts'

/** The client id of Visual Studio Code's own sign-in. */
const visualStudioCodeClientId = 'aebc6443-996d-45c2-90f0-388ff96faa56'

/** Where the extension Azure Resources writes who signed in, below the folder of Azure's tools. */
const recordFile = 'ms-azuretools.vscode-azureresourcegroups/authRecord.json'

export interface VisualStudioCodeCredentialOptions extends MultiTenantTokenCredentialOptions {
  /** Default the tenant of the sign-in. */
  tenantId?: string
}

/**
 * Signs in as the user of Visual Studio Code's extension Azure Resources. The extension leaves a record of who signed in;
 * the token comes from the broker of the operating system, through the plug-in `@azure/identity-vscode` or
 * `@azure/identity-broker` (`useIdentityPlugin`). Without one the credential is unavailable, and says so.
 */
export class VisualStudioCodeCredential implements EntradaCredential {
  readonly name = 'VisualStudioCodeCredential'
  readonly #tokens: Tokens

  /** @throws CredentialUnavailableError for AD FS, which this sign-in does not know. */
  constructor(options?: VisualStudioCodeCredentialOptions) {
    const context = openContext('VisualStudioCodeCredential', options)
    this.#tokens = unlessInPage(context, () => visualStudioCodeTokens(context, options?.tenantId))
    polyfillAsyncDispose(this)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options)
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** The tokens of that sign-in, for the credential and for the default chain. */
export function visualStudioCodeTokens(context: CredentialContext, tenantId?: string): VisualStudioCodeTokens {
  if (tenantId !== undefined) checkTenant(tenantId, `${context.name}: tenantId`)
  if (tenantId === 'adfs') {
    const mend = 'Use InteractiveBrowserCredential or DeviceCodeCredential.'
    const message = `${context.name}: AD FS is not known to the sign-in of Visual Studio Code. ${mend}`
    throw new CredentialUnavailableError(message, { mend })
  }
  return new VisualStudioCodeTokens(context, tenantId)
}

/** Stands for the tenant of the sign-in, which is not known before its record is read. */
const ofRecord = 'common'

export class VisualStudioCodeTokens {
  readonly #host: Host
  readonly #tokens: TokenSource

  constructor(context: CredentialContext, tenantId: string | undefined) {
    this.#host = context.host
    const acquire = async (request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> => {
      const { visualStudioCodeToken } = await import('./vs-code-token.ts')
      const asked = request.tenantId === ofRecord ? undefined : request.tenantId
      const { vsCodeBroker, nativeBroker, vsCodeRecordPath } = registeredPlugins
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

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options)
  }

  /** What changes when somebody signs in or out: a look at each file, and whether there is a broker. */
  evidence(): string {
    const { vsCodeBroker, nativeBroker, vsCodeRecordPath } = registeredPlugins
    const host = this.#host
    const stamps = recordPaths(host.env, vsCodeRecordPath).map((path) => toolHostOf(host).look(path)?.stamp ?? '-')
    return [vsCodeBroker === undefined && nativeBroker === undefined, ...stamps].join(' ')
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }
}

/** The files to look for the record in: the one that a plug-in names, else those of the home folder. */
function recordPaths(env: Env, given: string | undefined): string[] {
  if (given !== undefined) return [given]
  const home = env.HOME || env.USERPROFILE
  return home ? ['.azure', '.Azure'].map((folder) => `${home}/${folder}/${recordFile}`) : []
}
