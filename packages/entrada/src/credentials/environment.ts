import { clientSecret } from '../oauth/client-authentication.ts'
import { applicationTokens } from '../source/application-source.ts'
import { certificateAuthentication } from '../source/certificate-authentication.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import type { CredentialSource } from '../source/credential-source.ts'
import type { CredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { UnavailableSource } from '../source/unavailable-source.ts'
import { tokensOfUser, userTokens } from '../source/user-grant-source.ts'
import { Credential } from './credential.ts'
import { type EnvironmentIdentity, readAllowedTenants, readEnvironment } from './environment-variables.ts'

/** Options of `EnvironmentCredential`. */
export interface EnvironmentCredentialOptions extends CredentialOptions {}

/**
 * Signs in with the identity in the environment variables: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and one of
 * `AZURE_CLIENT_SECRET`, `AZURE_CLIENT_CERTIFICATE_PATH` (with `AZURE_CLIENT_CERTIFICATE_PASSWORD` and
 * `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN`), or `AZURE_USERNAME` and `AZURE_PASSWORD` (deprecated); and
 * `AZURE_ADDITIONALLY_ALLOWED_TENANTS`, separated by semicolons.
 *
 * The environment is read once, at construction. If variables are missing, `getToken` rejects with a
 * `CredentialUnavailableError` that names them.
 */
export class EnvironmentCredential extends Credential {
  /** @throws TypeError for a variable whose value cannot be a tenant, an id, a path or an authority. */
  constructor(options?: EnvironmentCredentialOptions) {
    super('EnvironmentCredential', (name) => {
      const context = openContext(name, options)
      return unlessInPage(context, () => environmentTokens(context))
    })
  }
}

/** The tokens of the identity in the environment, for the credential itself and for the default chain. */
export function environmentTokens(context: CredentialContext): CredentialSource {
  const { env } = context.host
  const found = readEnvironment(env, context.name, context.quote)
  if ('reason' in found) return new UnavailableSource(context, found)
  const additionallyAllowedTenants =
    context.options.additionallyAllowedTenants ?? readAllowedTenants(env, context.name, context.quote)
  return tokensOf(found, { ...context, additionallyAllowedTenants: [...additionallyAllowedTenants] })
}

function tokensOf(found: EnvironmentIdentity, context: CredentialContext): CredentialSource {
  const { tenantId, clientId } = found
  if ('secret' in found)
    return applicationTokens({ tenantId, clientId, authenticate: clientSecret(found.secret) }, context)
  if ('certificatePath' in found) {
    const { certificatePath, certificatePassword, sendsChain } = found
    const source = { certificatePath, certificatePassword }
    const authenticate = certificateAuthentication({ source, clientId, sendsChain }, context)
    return applicationTokens({ tenantId, clientId, authenticate }, context)
  }
  return passwordTokens(found, context)
}

/** The tokens of a user with name and password, which Entra ID will soon refuse everywhere. */
function passwordTokens(
  { tenantId, clientId, username, password }: EnvironmentIdentity & { username: string; password: string },
  context: CredentialContext,
): CredentialSource {
  const message =
    'AZURE_USERNAME and AZURE_PASSWORD are deprecated: they do not work with multi-factor authentication. Use a secret, a certificate or a federated identity.'
  context.emit({ type: 'warning', message })
  const tokens = userTokens({
    app: { tenantId, clientId, authenticate: () => undefined },
    context,
    obtain: (_, send) => send((grants) => grants.password(username, password)),
  })
  return tokensOfUser(tokens, context.name, username.toLowerCase())
}
