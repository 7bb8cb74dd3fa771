import { visualStudioCodeTokens } from '../broker/vs-code-source.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { openContext } from '../source/context.ts'
import type { MultiTenantTokenCredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { Credential } from './credential.ts'

/** Options of `VisualStudioCodeCredential`. */
export interface VisualStudioCodeCredentialOptions extends MultiTenantTokenCredentialOptions {
  /** Id or domain of the tenant to get tokens in. Default: the tenant that the user signed in to. */
  tenantId?: string
}

/**
 * Signs in as the user of the Azure Resources extension of Visual Studio Code. The extension writes a record of who
 * signed in; the token comes from the operating system's broker, through the plug-in `@azure/identity-vscode` or
 * `@azure/identity-broker` (see `useIdentityPlugin`). Without a plug-in `getToken` rejects with
 * `CredentialUnavailableError`.
 */
export class VisualStudioCodeCredential extends Credential {
  /**
   * @throws CredentialUnavailableError for AD FS, which this sign-in does not support, `TypeError` for an invalid
   * option.
   */
  constructor(options?: VisualStudioCodeCredentialOptions) {
    super('VisualStudioCodeCredential', (name) => {
      const own: OwnOptions<VisualStudioCodeCredentialOptions> = { tenantId: true }
      const context = openContext(name, options, { own })
      return unlessInPage(context, () => visualStudioCodeTokens(context, options?.tenantId))
    })
  }
}
