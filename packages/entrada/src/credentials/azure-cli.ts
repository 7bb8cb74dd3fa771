import { azureCliLocation as location } from '../developer-tools/tool-location.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import {
  type DeveloperToolCredentialOptions,
  type DeveloperToolOptions,
  DeveloperToolSource,
  toolOptions,
} from '../source/developer-tool-source.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { Credential } from './credential.ts'

/** Options of `AzureCliCredential`. */
export interface AzureCliCredentialOptions extends DeveloperToolCredentialOptions {
  /** Name or id of the subscription whose account is to be used. */
  subscription?: string
}

/**
 * Uses the account that is signed in to the Azure CLI (`az login`) on this machine. The program is started from an
 * absolute folder in `PATH`, without a shell. Its tokens are cached until the tool's own profile changes.
 */
export class AzureCliCredential extends Credential {
  /** @throws TypeError for a malformed option. */
  constructor(options?: AzureCliCredentialOptions) {
    super('AzureCliCredential', (name) => {
      const own: OwnOptions<AzureCliCredentialOptions> = { ...toolOptions, subscription: true }
      const context = openContext(name, options, { own })
      return unlessInPage(context, () => azureCliTokens(context, options ?? {}))
    })
  }
}

/** The tokens of that account, for the credential itself and for the default chain. */
export function azureCliTokens(
  context: CredentialContext,
  options: DeveloperToolOptions & { subscription?: string | undefined },
): DeveloperToolSource {
  const load = async () => (await import('../developer-tools/azure-cli.ts')).azureCli
  return new DeveloperToolSource(context, { location, load }, options)
}
