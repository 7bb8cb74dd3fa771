import { azurePowerShellPlace as place } from '../developer-tools/places.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { type CredentialContext, openContext } from './context.ts'
import {
  type DeveloperToolCredentialOptions,
  type DeveloperToolOptions,
  DeveloperToolTokens,
} from './developer-tool.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'

export type AzurePowerShellCredentialOptions = DeveloperToolCredentialOptions

/**
 * Uses the account that is signed in to Azure PowerShell (`Connect-AzAccount`) on this machine. The program is started from an absolute
 * folder of `PATH`, without a shell; what it answers is cached until the tool's own profile changes.
 */
export class AzurePowerShellCredential implements EntradaCredential {
  readonly name = 'AzurePowerShellCredential'
  readonly #tokens: Tokens

  /** @throws TypeError for a malformed option. */
  constructor(options?: AzurePowerShellCredentialOptions) {
    const context = openContext('AzurePowerShellCredential', options)
    this.#tokens = unlessInPage(context, () => azurePowerShellTokens(context, options ?? {}))
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

/** The tokens of that account, for the credential itself and for the default chain. */
export function azurePowerShellTokens(context: CredentialContext, options: DeveloperToolOptions): DeveloperToolTokens {
  const load = async () => (await import('../developer-tools/azure-powershell.ts')).azurePowerShell
  return new DeveloperToolTokens(context, { place, load }, options)
}
