import { CredentialUnavailableError } from '../errors.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { Env } from '../runtime/host.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { clientSecretTokens } from './client-secret.ts'
import { type CredentialContext, openContext } from './context.ts'
import type { TokenSource } from './credential.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { UnavailableSource } from './unavailable.ts'

export interface EnvironmentCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}

/**
 * Signs an application in with what the environment says: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
 * `AZURE_CLIENT_SECRET`, and `AZURE_ADDITIONALLY_ALLOWED_TENANTS` (separated by semicolons).
 *
 * The environment is read once, at construction. Where it says nothing or not enough, `getToken` rejects with a
 * `CredentialUnavailableError` that names what is missing.
 */
export class EnvironmentCredential implements EntradaCredential {
  readonly name = 'EnvironmentCredential'
  readonly #tokens: TokenSource | UnavailableSource

  /** @throws TypeError for a variable that holds no tenant or authority. */
  constructor(options?: EnvironmentCredentialOptions) {
    this.#tokens = environmentTokens(openContext('EnvironmentCredential', options))
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
export function environmentTokens(context: CredentialContext): TokenSource | UnavailableSource {
  const { env } = context.host
  const found = readSecret(env)
  if ('reason' in found) {
    const message = `${context.name}: ${found.reason} ${found.mend}`
    return new UnavailableSource(context, new CredentialUnavailableError(message, { mend: found.mend }))
  }
  checkTenant(found.tenantId, `${context.name}: AZURE_TENANT_ID`)
  const additionallyAllowedTenants = context.options.additionallyAllowedTenants ?? allowedTenants(env, context.name)
  return clientSecretTokens(found, { ...context, additionallyAllowedTenants: [...additionallyAllowedTenants] })
}

const secretVariables = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'] as const

type Secret = { tenantId: string; clientId: string; secret: string }

/** The application that the environment names, or what is missing of it. White space around a value is not part of it. */
function readSecret(env: Env): Secret | { reason: string; mend: string } {
  const [tenantId = '', clientId = '', secret = ''] = secretVariables.map((name) => env[name]?.trim())
  if (tenantId && clientId && secret) return { tenantId, clientId, secret }
  const missing = secretVariables.filter((name) => !env[name]?.trim())
  const isAlone = missing.length === 1
  const empty = missing.every((name) => env[name] !== undefined)
  const reason = `${listOf(missing)} ${isAlone ? 'is' : 'are'} ${empty ? 'empty' : 'not set'}.`
  return { reason, mend: `Set ${isAlone ? 'it' : 'them'}, or use another credential.` }
}

function allowedTenants(env: Env, name: string): string[] {
  const tenants = (env.AZURE_ADDITIONALLY_ALLOWED_TENANTS ?? '').split(';').map((tenant) => tenant.trim())
  const named = tenants.filter((tenant) => tenant !== '')
  for (const tenant of named) if (tenant !== '*') checkTenant(tenant, `${name}: AZURE_ADDITIONALLY_ALLOWED_TENANTS`)
  return named
}

/** "A", "A and B", "A, B and C". */
function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
