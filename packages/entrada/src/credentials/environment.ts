import { clientSecret } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { applicationTokens } from './application.ts'
import { certificateAuthentication } from './certificate-authentication.ts'
import { type CredentialContext, openContext } from './context.ts'
import type { TokenSource } from './credential.ts'
import { type EnvironmentIdentity, readAllowedTenants, readEnvironment } from './environment-variables.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { Subjects } from './subject.ts'
import { UnavailableSource } from './unavailable.ts'
import { userTokens } from './user-tokens.ts'

export interface EnvironmentCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}

/**
 * Signs in with what the environment says: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and one of `AZURE_CLIENT_SECRET`,
 * `AZURE_CLIENT_CERTIFICATE_PATH` (with `AZURE_CLIENT_CERTIFICATE_PASSWORD` and `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN`), or
 * `AZURE_USERNAME` and `AZURE_PASSWORD` (deprecated); and `AZURE_ADDITIONALLY_ALLOWED_TENANTS`, separated by semicolons.
 *
 * The environment is read once, at construction. Where it says nothing or not enough, `getToken` rejects with a
 * `CredentialUnavailableError` that names what is missing.
 */
export class EnvironmentCredential implements EntradaCredential {
  readonly name = 'EnvironmentCredential'
  readonly #tokens: Tokens

  /** @throws TypeError for a variable that holds no tenant or authority. */
  constructor(options?: EnvironmentCredentialOptions) {
    const context = openContext('EnvironmentCredential', options)
    this.#tokens = unlessInPage(context, () => environmentTokens(context))
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

/** The tokens that the environment gives, for the credential itself and for the default chain. */
export function environmentTokens(
  context: CredentialContext,
): Pick<TokenSource, 'getToken' | 'getTokenInfo' | 'close'> {
  const { env } = context.host
  const found = readEnvironment(env)
  if ('reason' in found) return new UnavailableSource(context, found)
  checkTenant(found.tenantId, `${context.name}: AZURE_TENANT_ID`)
  const additionallyAllowedTenants = context.options.additionallyAllowedTenants ?? readAllowedTenants(env, context.name)
  return tokensOf(found, { ...context, additionallyAllowedTenants: [...additionallyAllowedTenants] })
}

function tokensOf(
  found: EnvironmentIdentity,
  context: CredentialContext,
): Pick<TokenSource, 'getToken' | 'getTokenInfo' | 'close'> {
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

/** A user by name and password, which Entra ID is about to refuse everywhere. */
function passwordTokens(
  { tenantId, clientId, username, password }: EnvironmentIdentity & { username: string; password: string },
  context: CredentialContext,
): Pick<TokenSource, 'getToken' | 'getTokenInfo' | 'close'> {
  const message =
    'AZURE_USERNAME and AZURE_PASSWORD are deprecated: they allow no multi-factor authentication. Use a secret, a certificate or a federated identity.'
  context.emit({ type: 'warning', message })
  const tokens = userTokens({
    app: { tenantId, clientId, authenticate: () => undefined },
    context,
    obtain: (_, send) => send((grants) => grants.password(username, password)),
  })
  const subjects = new Subjects(context.name)
  const user = (): ReturnType<Subjects['of']> => subjects.of(username.toLowerCase())
  return {
    getToken: async (scopes, options) => tokens.getToken(scopes, options, user()),
    getTokenInfo: async (scopes, options) => tokens.getTokenInfo(scopes, options, user()),
    close: () => tokens.close(),
  }
}
