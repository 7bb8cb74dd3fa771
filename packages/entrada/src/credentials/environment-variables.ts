import { checkTenant } from '../oauth/tenant.ts'
import { type Env, isMentioned, secretOf, settingOf, unreadable } from '../runtime/environment.ts'
import { checkSetting } from '../runtime/malformed-variable.ts'
import type { Quote } from '../runtime/quoted.ts'
import { listOf } from './list-of.ts'

/** The identity that the environment describes. */
export type EnvironmentIdentity = { tenantId: string; clientId: string } & (
  | { secret: string }
  | { certificatePath: string; certificatePassword: string | undefined; sendsChain: boolean }
  | { username: string; password: string }
)

const ids = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID'] as const
const secret = 'AZURE_CLIENT_SECRET'
const certificate = 'AZURE_CLIENT_CERTIFICATE_PATH'
const user = ['AZURE_USERNAME', 'AZURE_PASSWORD'] as const

/**
 * Reads the environment: a secret first, then a certificate, then a user's name and password. If none of them is
 * complete, returns what is missing. Throws a `MalformedVariable` for an id or a path that cannot be one.
 */
export function readEnvironment(
  env: Env,
  who: string,
  quote: Quote,
): EnvironmentIdentity | { reason: string; remedy: string } {
  const value = valueIn.bind(undefined, env)
  const [tenantId, clientId] = ids.map(value)
  const [username, password] = user.map(value)
  const certificatePath = value(certificate)
  if (tenantId !== undefined) checkSetting(who, ids[0], tenantId, () => checkTenant(tenantId, ids[0], quote))
  if (clientId !== undefined) checkSetting(who, ids[1], clientId)
  if (tenantId && clientId) {
    const clientSecret = value(secret)
    if (clientSecret) return { tenantId, clientId, secret: clientSecret }
    if (certificatePath) {
      checkSetting(who, certificate, certificatePath)
      const certificatePassword = secretOf(env, 'AZURE_CLIENT_CERTIFICATE_PASSWORD')
      const sendsChain = /^(?:true|1)$/i.test(settingOf(env, 'AZURE_CLIENT_SEND_CERTIFICATE_CHAIN') ?? '')
      return { tenantId, clientId, certificatePath, certificatePassword, sendsChain }
    }
  }
  // Entra ID finds a user's tenant by the user name.
  if (clientId && username && password) return { tenantId: tenantId ?? 'organizations', clientId, username, password }
  if (username || password) return missing(['AZURE_CLIENT_ID', ...user], env)
  return missing([...ids, certificatePath ? certificate : secret], env)
}

function valueIn(env: Env, name: string): string | undefined {
  return name === secret || name === 'AZURE_PASSWORD' ? secretOf(env, name) : settingOf(env, name)
}

/**
 * The tenants of `AZURE_ADDITIONALLY_ALLOWED_TENANTS`. Throws a `MalformedVariable` for one that cannot be a tenant.
 */
export function readAllowedTenants(env: Env, who: string, quote: Quote): string[] {
  const name = 'AZURE_ADDITIONALLY_ALLOWED_TENANTS'
  const tenants = (settingOf(env, name) ?? '').split(';').map((tenant) => tenant.trim())
  const named = tenants.filter((tenant) => tenant !== '')
  for (const tenant of named)
    if (tenant !== '*') checkSetting(who, name, tenant, () => checkTenant(tenant, name, quote))
  return named
}

function missing(names: readonly string[], env: Env): { reason: string; remedy: string } {
  const absent = names.filter((name) => valueIn(env, name) === undefined)
  const denied = unreadable(absent)
  if (denied !== undefined) return denied
  const isAlone = absent.length === 1
  const isEmpty = absent.every((name) => isMentioned(env, name))
  const reason = `${listOf(absent)} ${isAlone ? 'is' : 'are'} ${isEmpty ? 'empty' : 'not set'}.`
  return { reason, remedy: `Set ${isAlone ? 'it' : 'them'}, or use another credential.` }
}
