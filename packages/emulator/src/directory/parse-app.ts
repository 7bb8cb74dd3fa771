import { randomUUID } from 'node:crypto'
import type { App, Secret } from './entries.ts'
import { count, flag, guid, list, moment, object, oneOf, optional, text } from './fields.ts'
import { certificate, conditionalAccess, federatedCredential } from './parse-credentials.ts'
import { redirectUris } from './redirect-uris.ts'
import { refusalCode } from './refusal-code.ts'

/** Reads a tenant's id or domain, and gives the id. */
export type ReadTenantId = (value: unknown, path: string) => string

const FIELDS = [
  ...['name', 'clientId', 'tenantId', 'secrets', 'tenants', 'identifierUris', 'roles', 'disabled', 'refuse'],
  ...[
    'certificates',
    'federatedCredentials',
    'redirectUris',
    'idTokens',
    'publicClient',
    'consent',
    'conditionalAccess',
  ],
  ...['tokenLifetimeSeconds', 'refreshInSeconds'],
]

/** Reads one of `apps`. Throws a `TypeError` that names the field and the mend. */
export function parseApp(value: unknown, path: string, tenantId: ReadTenantId): App {
  const fields = object(value, path, FIELDS)
  const home = tenantId(fields.tenantId, `${path}.tenantId`)
  const policy = optional(fields.conditionalAccess, `${path}.conditionalAccess`, conditionalAccess)
  const refuse = optional(fields.refuse, `${path}.refuse`, refusalCode)
  const publicClient = optional(fields.publicClient, `${path}.publicClient`, flag) ?? false
  const life = optional(fields.tokenLifetimeSeconds, `${path}.tokenLifetimeSeconds`, count)
  const refreshIn = optional(fields.refreshInSeconds, `${path}.refreshInSeconds`, count)
  return {
    name: text(fields.name, `${path}.name`),
    clientId: guid(fields.clientId, `${path}.clientId`),
    tenantId: home,
    secrets: list(fields.secrets, `${path}.secrets`, secret),
    certificates: list(fields.certificates, `${path}.certificates`, certificate),
    federatedCredentials: list(fields.federatedCredentials, `${path}.federatedCredentials`, federatedCredential),
    tenants: fields.tenants === '*' ? '*' : [home, ...list(fields.tenants, `${path}.tenants`, tenantId)],
    identifierUris: list(fields.identifierUris, `${path}.identifierUris`, text),
    redirectUris: redirectUris(fields.redirectUris, `${path}.redirectUris`, publicClient ? 'publicClient' : 'web'),
    idTokens: optional(fields.idTokens, `${path}.idTokens`, flag) ?? false,
    roles: optional(fields.roles, `${path}.roles`, roles) ?? [],
    disabled: optional(fields.disabled, `${path}.disabled`, flag) ?? false,
    publicClient,
    consent: optional(fields.consent, `${path}.consent`, oneOf('granted', 'required')) ?? 'granted',
    ...(policy === undefined ? {} : { conditionalAccess: policy }),
    ...(refuse === undefined ? {} : { refuse }),
    ...(life === undefined ? {} : { tokenLifetimeSeconds: life }),
    ...(refreshIn === undefined ? {} : { refreshInSeconds: refreshIn }),
  }
}

function secret(value: unknown, path: string): Secret {
  const fields = object(value, path, ['value', 'expiresAt', 'keyId'])
  const expiresAt = optional(fields.expiresAt, `${path}.expiresAt`, moment)
  const keyId = optional(fields.keyId, `${path}.keyId`, guid) ?? randomUUID()
  return { value: text(fields.value, `${path}.value`), keyId, ...(expiresAt === undefined ? {} : { expiresAt }) }
}

function roles(value: unknown, path: string): App['roles'] {
  if (Array.isArray(value)) return list(value, path, text)
  const byResource = object(value, path, Object.keys(value ?? {}))
  return Object.fromEntries(Object.entries(byResource).map(([id, names]) => [id, list(names, `${path}.${id}`, text)]))
}
