import { azureDeveloperCliLocation as location } from '../developer-tools/tool-location.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import {
  type DeveloperToolCredentialOptions,
  type DeveloperToolOptions,
  DeveloperToolSource,
  toolOptions,
} from '../source/developer-tool-source.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { Credential } from './credential.ts'

/** Options of `AzureDeveloperCliCredential`. */
export type AzureDeveloperCliCredentialOptions = DeveloperToolCredentialOptions

/**
 * Uses the account that is signed in to the Azure Developer CLI (`azd auth login`) on this machine. The program is
 * started from an absolute folder in `PATH`, without a shell. Its tokens are cached until the tool's own profile
 * changes.
 */
export class AzureDeveloperCliCredential extends Credential {
  /** @throws TypeError for a malformed option. */
  constructor(options?: AzureDeveloperCliCredentialOptions) {
    super('AzureDeveloperCliCredential', (name) => {
      const context = openContext(name, options, { own: toolOptions })
      return unlessInPage(context, () => azureDeveloperCliTokens(context, options ?? {}))
    })
  }
}

/** The tokens of that account, for the credential itself and for the default chain. */
export function azureDeveloperCliTokens(
  context: CredentialContext,
  options: DeveloperToolOptions,
): DeveloperToolSource {
  const load = async () => (await import('../developer-tools/azure-developer-cli.ts')).azureDeveloperCli
  return new DeveloperToolSource(context, { location, load }, options)
}
