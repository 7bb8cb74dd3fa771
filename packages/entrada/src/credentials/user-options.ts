import { checkTenant } from '../oauth/tenant.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import { type CredentialContext, openContext } from './context.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRecord, recordAuthority } from './record-json.ts'
import { checkRequired } from './required.ts'

/** The client that Azure SDK credentials of people sign in to unless another is named: the Azure CLI's. */
export const developerClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

/** Options of the credentials that ask a person. */
export interface InteractiveCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {
  /** What an earlier `authenticate()` gave: the account to go on with. With a `tokenStore` nobody is asked again. */
  authenticationRecord?: AuthenticationRecord
  /** Keeps `getToken` from asking a person: it rejects with `AuthenticationRequiredError`, and `authenticate()` asks. */
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

/**
 * Checks the options, and completes them from the record. What is given wins over the record, and that over the
 * defaults, which are those of `@azure/identity`. Throws a `TypeError` that names the option.
 */
export function userIdentity(name: string, options: UserIdentityOptions = {}): UserIdentity {
  const { authenticationRecord, disableAutomaticAuthentication: flag } = options ?? {}
  const record =
    authenticationRecord === undefined || authenticationRecord === null
      ? undefined
      : checkRecord(authenticationRecord, `${name}: authenticationRecord`)
  if (flag !== undefined && typeof flag !== 'boolean') {
    throw new TypeError(`${name}: options.disableAutomaticAuthentication must be true or false.`)
  }
  const authorityHost = options?.authorityHost ?? (record && recordAuthority(record.authority, `${name}: authority`))
  const context = openContext(name, authorityHost === undefined ? options : { ...options, authorityHost })
  const clientId = options?.clientId ?? record?.clientId
  const tenantId = options?.tenantId ?? record?.tenantId
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
  checkTenant(tenantId, `${context.name}: tenantId`)
  return { context, tenantId, clientId, record: undefined }
}

/** Microsoft's own program is for work and school accounts; whom another one is for, its registration says. */
function defaultTenant(clientId: string): string {
  return clientId === developerClientId ? 'organizations' : 'common'
}
