import { checkTenant } from '../oauth/tenant.ts'
import type { Env } from '../runtime/host.ts'
import { listOf } from './list-of.ts'

/** Who the environment says to be. */
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
 * Reads the environment: a secret first, then a certificate, then a user's name and password. White space around a value
 * is not part of it. Gives what is missing where none of them is whole.
 */
export function readEnvironment(env: Env): EnvironmentIdentity | { reason: string; mend: string } {
  const value = (name: string): string => env[name]?.trim() ?? ''
  const [tenantId, clientId] = ids.map(value) as [string, string]
  const [username, password] = user.map(value) as [string, string]
  if (tenantId && clientId) {
    if (value(secret)) return { tenantId, clientId, secret: value(secret) }
    if (value(certificate)) {
      const certificatePassword = env.AZURE_CLIENT_CERTIFICATE_PASSWORD || undefined
      const sendsChain = /^(?:true|1)$/i.test(value('AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'))
      return { tenantId, clientId, certificatePath: value(certificate), certificatePassword, sendsChain }
    }
  }
  const isUser = username !== '' || password !== ''
  if (clientId && username && password) return { tenantId: tenantId || 'organizations', clientId, username, password }
  // A user's tenant is found by their name.
  if (isUser) return missing(['AZURE_CLIENT_ID', ...user], env)
  return missing([...ids, value(certificate) ? certificate : secret], env)
}

/** The tenants of `AZURE_ADDITIONALLY_ALLOWED_TENANTS`. Throws a `TypeError` for what is none. */
export function readAllowedTenants(env: Env, name: string): string[] {
  const tenants = (env.AZURE_ADDITIONALLY_ALLOWED_TENANTS ?? '').split(';').map((tenant) => tenant.trim())
  const named = tenants.filter((tenant) => tenant !== '')
  for (const tenant of named) if (tenant !== '*') checkTenant(tenant, `${name}: AZURE_ADDITIONALLY_ALLOWED_TENANTS`)
  return named
}

function missing(names: readonly string[], env: Env): { reason: string; mend: string } {
  const absent = names.filter((name) => !env[name]?.trim())
  const isAlone = absent.length === 1
  const isEmpty = absent.every((name) => env[name] !== undefined)
  const reason = `${listOf(absent)} ${isAlone ? 'is' : 'are'} ${isEmpty ? 'empty' : 'not set'}.`
  return { reason, mend: `Set ${isAlone ? 'it' : 'them'}, or use another credential.` }
}
