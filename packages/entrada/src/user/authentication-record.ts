import { isCloudHost, parseAuthority } from '../oauth/authority.ts'
import { checkTenant } from '../oauth/tenant.ts'

/**
 * Who signed in, without any secrets, with the field names of `@azure/identity`. A later process finds the account
 * again with it.
 */
export interface AuthenticationRecord {
  /** The authority's host, or its address. */
  authority: string
  /** `object.tenant`, which MSAL files the account under. */
  homeAccountId: string
  /** The application that the person signed in to. */
  clientId: string
  /** The tenant that the person signed in to. */
  tenantId: string
  /** The user principal name. */
  username: string
  /** The version of this format: `1.0`. */
  version?: string
}

/** The only version that any Azure SDK has defined. */
const version = '1.0'

const fields = ['authority', 'homeAccountId', 'clientId', 'tenantId', 'username'] as const

/** The record as JSON, in the official format, which the other Azure SDKs read too. It contains no secrets. */
export function serializeAuthenticationRecord(record: AuthenticationRecord): string {
  return JSON.stringify(checkRecord(record, 'serializeAuthenticationRecord: the record'))
}

/**
 * A record from its JSON, which any Azure SDK may have written.
 * @throws TypeError for anything but a record; `Error` for a record of an unknown version.
 */
export function deserializeAuthenticationRecord(serializedRecord: string): AuthenticationRecord {
  const who = 'deserializeAuthenticationRecord: the record'
  return checkRecord(parsed(serializedRecord, who), who)
}

/** The fields of a record that a caller gave. Throws an error that begins with `who`. */
export function checkRecord(value: unknown, who: string): AuthenticationRecord {
  const remedy = 'Pass what authenticate() returned.'
  if (typeof value !== 'object' || value === null) throw new TypeError(`${who} is not an object. ${remedy}`)
  const given = value as Record<string, unknown>
  if (given.version !== undefined && given.version !== version) {
    const shown = JSON.stringify(given.version)?.slice(0, 40)
    throw new Error(`${who}: Unsupported AuthenticationRecord version ${shown}; ${version} is supported. ${remedy}`)
  }
  const bad = fields.filter(
    (name) => typeof given[name] !== 'string' || given[name] === '' || /\p{Cc}/u.test(given[name]),
  )
  if (bad.length > 0) throw new TypeError(`${who} has no usable ${bad.join(', ')}. ${remedy}`)
  const record = Object.fromEntries(fields.map((name) => [name, given[name]])) as Record<
    (typeof fields)[number],
    string
  >
  checkTenant(record.tenantId, `${who}: tenantId`)
  recordAuthority(record, `${who}: authority`)
  return { ...record, version }
}

/** A record's authority, checked: the records of most SDKs give only the host, others a URL with the tenant. */
export function recordAuthority({ authority, tenantId }: AuthenticationRecord, source: string): string {
  const address = authority.includes('://') ? authority : `https://${authority}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  // The tenant in the URL may be a domain, while the record has its id, so the path is not compared.
  const isOfCloud = url !== undefined && isCloudHost(url.hostname)
  return parseAuthority(isOfCloud ? url.origin : authority, source, { tenants: [tenantId] })
}

function parsed(json: unknown, who: string): unknown {
  try {
    return JSON.parse(json as string)
  } catch {
    throw new TypeError(`${who} is not JSON. Pass what serializeAuthenticationRecord returned.`)
  }
}
