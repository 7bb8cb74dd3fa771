import { checkTenant } from '../oauth/tenant.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { type CredentialContext, type GivenArguments, openContext } from '../source/context.ts'
import type { CredentialOptions } from '../source/options.ts'
import { checkRequired } from '../source/required-arguments.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import { checkRecord, recordAuthority } from './authentication-record.ts'

/** The client id that the Azure SDKs use to sign people in unless another is given: the Azure CLI's. */
export const developerClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

/** Options of the credentials that ask a person. */
export interface InteractiveCredentialOptions extends CredentialOptions {
  /**
   * What an earlier `authenticate()` returned: the account to continue with. With a `tokenStore` the person need not
   * sign in again.
   */
  authenticationRecord?: AuthenticationRecord
  /**
   * Keeps `getToken` from asking the person to sign in: it rejects with `AuthenticationRequiredError` instead, and only
   * `authenticate()` asks.
   */
  disableAutomaticAuthentication?: boolean
}

/** Who signs in to what, from the options and the record. */
export interface UserIdentity {
  context: CredentialContext
  tenantId: string
  clientId: string
  record: AuthenticationRecord | undefined
}

export interface UserIdentityOptions extends InteractiveCredentialOptions {
  tenantId?: string | undefined
  clientId?: string | undefined
}

/** Their options, in addition to those that all credentials share. */
export const personOptions: OwnOptions<UserIdentityOptions> = {
  tenantId: true,
  clientId: true,
  authenticationRecord: true,
  disableAutomaticAuthentication: true,
}

/**
 * Checks the options, and completes them from the record. Options take precedence over the record, and the record over
 * the defaults, which are those of `@azure/identity`. Throws a `TypeError` that names the option.
 */
export function userIdentity(
  name: string,
  options: UserIdentityOptions = {},
  { secrets = [], own = personOptions }: Pick<GivenArguments, 'secrets' | 'own'> = {},
): UserIdentity {
  const { authenticationRecord, disableAutomaticAuthentication: flag } = options ?? {}
  const record =
    authenticationRecord === undefined || authenticationRecord === null
      ? undefined
      : checkRecord(authenticationRecord, `${name}: authenticationRecord`)
  if (flag !== undefined && typeof flag !== 'boolean') {
    throw new TypeError(`${name}: options.disableAutomaticAuthentication must be true or false.`)
  }
  const authorityHost = options?.authorityHost ?? (record && recordAuthority(record, `${name}: authority`))
  const tenantId = options?.tenantId ?? record?.tenantId
  const given = { tenantId, secrets, own }
  const context = openContext(name, authorityHost === undefined ? options : { ...options, authorityHost }, given)
  const clientId = options?.clientId ?? record?.clientId
  return { ...identityIn(context, { tenantId, clientId }), record }
}

/** The same for a member of a chain, whose context is the chain's. Nobody has signed in to it yet. */
export function identityIn(
  context: CredentialContext,
  {
    clientId = developerClientId,
    tenantId = defaultTenant(clientId),
  }: { clientId?: string | undefined; tenantId?: string | undefined },
): UserIdentity {
  checkRequired(context.name, { clientId })
  checkTenant(tenantId, `${context.name}: tenantId`, context.quote)
  return { context, tenantId, clientId, record: undefined }
}

/** Microsoft's own application is for work and school accounts; the registration of any other says whom it is for. */
function defaultTenant(clientId: string): string {
  return clientId === developerClientId ? 'organizations' : 'common'
}
