import { azurePowerShellLocation as location } from '../developer-tools/tool-location.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import {
  type DeveloperToolCredentialOptions,
  type DeveloperToolOptions,
  DeveloperToolSource,
  toolOptions,
} from '../source/developer-tool-source.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { Credential } from './credential.ts'

/** Options of `AzurePowerShellCredential`. */
export type AzurePowerShellCredentialOptions = DeveloperToolCredentialOptions

/**
 * Uses the account that is signed in to Azure PowerShell (`Connect-AzAccount`) on this machine. The program is started
 * from an absolute folder in `PATH`, without a shell. Its tokens are cached until the tool's own profile changes.
 */
export class AzurePowerShellCredential extends Credential {
  /** @throws TypeError for a malformed option. */
  constructor(options?: AzurePowerShellCredentialOptions) {
    super('AzurePowerShellCredential', (name) => {
      const context = openContext(name, options, { own: toolOptions })
      return unlessInPage(context, () => azurePowerShellTokens(context, options ?? {}))
    })
  }
}

/** The tokens of that account, for the credential itself and for the default chain. */
export function azurePowerShellTokens(context: CredentialContext, options: DeveloperToolOptions): DeveloperToolSource {
  const load = async () => (await import('../developer-tools/azure-powershell.ts')).azurePowerShell
  return new DeveloperToolSource(context, { location, load }, options)
}
