import { createHash, randomUUID, X509Certificate } from 'node:crypto'
import { guidFrom } from '../primitives/guid.ts'
import { type AadstsCode, isCatalogued } from '../refusal/codes.ts'
import { manifestFields } from './app-manifest.ts'
import { claimConditions } from './claim-conditions.ts'
import type { App, ConditionalAccess, FederatedCredential, RegisteredCertificate, Secret } from './entries.ts'
import { exposedApi } from './exposed-api.ts'
import { count, fail, flag, guid, list, moment, object, oneOf, optional, text } from './fields.ts'
import { redirectUris } from './redirect-uris.ts'

/** Reads a tenant's id or domain, and returns the id. */
export type ReadTenantId = (value: unknown, path: string) => string

const appFields = [
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
  ...['tokenLifetimeSeconds', 'refreshInSeconds', 'manifest', 'objectId', 'requestedAccessTokenVersion', 'appRoles'],
  ...['oauth2PermissionScopes', 'optionalClaims', 'groupMembershipClaims', 'agentIdentityBlueprintId'],
]

/** Reads one of `apps`. Throws a `TypeError` that names the field and the remedy. */
export function parseApp(value: unknown, path: string, tenantId: ReadTenantId): App {
  const own = object(value, path, appFields)
  const exported = own.manifest === undefined ? {} : manifestFields(own.manifest, `${path}.manifest`)
  const fields: Readonly<Record<string, unknown>> = { ...exported, ...own }
  const home = tenantId(fields.tenantId, `${path}.tenantId`)
  const clientId = guid(fields.clientId, `${path}.clientId`)
  const blueprint = optional(fields.agentIdentityBlueprintId, `${path}.agentIdentityBlueprintId`, text)
  const credentials = ['secrets', 'certificates', 'federatedCredentials'].find((name) => isFilled(fields[name]))
  if (blueprint !== undefined && credentials !== undefined) {
    fail(`${path}.${credentials}`, 'is of an agent identity', 'Declare its credentials with its blueprint.')
  }
  const policy = optional(fields.conditionalAccess, `${path}.conditionalAccess`, conditionalAccess)
  const refuse = optional(fields.refuse, `${path}.refuse`, refusalCode)
  const publicClient = optional(fields.publicClient, `${path}.publicClient`, flag) ?? false
  const life = optional(fields.tokenLifetimeSeconds, `${path}.tokenLifetimeSeconds`, count)
  const refreshIn = optional(fields.refreshInSeconds, `${path}.refreshInSeconds`, count)
  return {
    name: text(fields.name, `${path}.name`),
    clientId,
    tenantId: home,
    objectId: optional(fields.objectId, `${path}.objectId`, guid) ?? guidFrom(`application/${clientId}`),
    ...exposedApi(fields, path, clientId),
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
    ...(blueprint === undefined ? {} : { agentIdentityBlueprintId: blueprint }),
    ...(policy === undefined ? {} : { conditionalAccess: policy }),
    ...(refuse === undefined ? {} : { refuse }),
    ...(life === undefined ? {} : { tokenLifetimeSeconds: life }),
    ...(refreshIn === undefined ? {} : { refreshInSeconds: refreshIn }),
  }
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
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

/** Reads a PEM certificate. Entra ID only accepts assertions that are signed with RSA keys. */
function certificate(value: unknown, path: string): RegisteredCertificate {
  const pem = typeof value === 'string' ? value : text(object(value, path, ['certificate']).certificate, path)
  const parsed = readPem(pem)
  if (parsed === undefined) return fail(path, 'is not a certificate', 'Write it as PEM: -----BEGIN CERTIFICATE-----….')
  if (parsed.publicKey.asymmetricKeyType !== 'rsa') {
    return fail(path, 'has a key that is not RSA', 'Create one with an RSA key of 2048 bits or more.')
  }
  return {
    sha1: createHash('sha1').update(parsed.raw).digest('hex'),
    sha256: createHash('sha256').update(parsed.raw).digest('hex'),
    publicKey: parsed.publicKey,
    expiresAt: Date.parse(parsed.validTo),
  }
}

function readPem(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** Reads a federated identity credential. */
function federatedCredential(value: unknown, path: string): FederatedCredential {
  const fields = object(value, path, ['name', 'issuer', 'subject', 'audience', 'claimsMatchingExpression'])
  const expression = fields.claimsMatchingExpression
  if (expression !== undefined && fields.subject !== undefined) {
    fail(path, 'has both subject and claimsMatchingExpression', 'Remove one of them.')
  }
  return {
    issuer: text(fields.issuer, `${path}.issuer`),
    subject:
      expression === undefined
        ? text(fields.subject, `${path}.subject`)
        : claimConditions(expression, `${path}.claimsMatchingExpression`),
    audiences: [optional(fields.audience, `${path}.audience`, text) ?? 'api://AzureADTokenExchange'],
  }
}

const anyPolicy = JSON.stringify({
  access_token: { polids: { essential: true, values: ['5ca1ab1e-0000-4000-8000-000000000001'] } },
})

/** Reads a Conditional Access policy. */
function conditionalAccess(value: unknown, path: string): ConditionalAccess {
  const fields = object(value, path, ['code', 'claims', 'resources', 'users'])
  const plain = (item: unknown, at: string): string => text(item, at).toLowerCase().replace(/\/$/, '')
  return {
    code: refusalCode(fields.code, `${path}.code`),
    claims: optional(fields.claims, `${path}.claims`, text) ?? anyPolicy,
    ...(fields.resources === undefined ? {} : { resources: list(fields.resources, `${path}.resources`, plain) }),
    ...(fields.users === undefined ? {} : { users: list(fields.users, `${path}.users`, plain) }),
  }
}

/** Reads a code of the catalogue. */
function refusalCode(value: unknown, path: string): AadstsCode {
  const code = count(value, path)
  return isCatalogued(code) ? code : fail(path, `${code} is not in the catalogue`, 'Use a code that the README lists.')
}
