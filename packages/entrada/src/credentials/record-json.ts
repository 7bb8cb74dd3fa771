import { parseAuthority } from '../oauth/authority.ts'
import { checkTenant } from '../oauth/tenant.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

/** The only version there is, of any Azure SDK. */
const version = '1.0'

const fields = ['authority', 'homeAccountId', 'clientId', 'tenantId', 'username'] as const

/** The record as JSON, in the official form: the other Azure SDKs read it too. It holds no secret. */
export function serializeAuthenticationRecord(record: AuthenticationRecord): string {
  return JSON.stringify(checkRecord(record, 'serializeAuthenticationRecord: the record'))
}

/**
 * A record from its JSON, which any Azure SDK may have written.
 * @throws TypeError for what is no record; `Error` for a record of a version that is not known.
 */
export function deserializeAuthenticationRecord(serializedRecord: string): AuthenticationRecord {
  const who = 'deserializeAuthenticationRecord: the record'
  return checkRecord(parsed(serializedRecord, who), who)
}

/** The fields of a record that a caller gave. Throws an error that begins with `who`. */
export function checkRecord(value: unknown, who: string): AuthenticationRecord {
  const mend = 'Pass what authenticate() of a credential gave.'
  if (typeof value !== 'object' || value === null) throw new TypeError(`${who} is no object. ${mend}`)
  const given = value as Record<string, unknown>
  if (given.version !== undefined && given.version !== version) {
    const shown = JSON.stringify(given.version)?.slice(0, 40)
    throw new Error(`${who}: Unsupported AuthenticationRecord version ${shown}; ${version} is known. ${mend}`)
  }
  const bad = fields.filter(
    (name) => typeof given[name] !== 'string' || given[name] === '' || /\p{Cc}/u.test(given[name]),
  )
  if (bad.length > 0) throw new TypeError(`${who} has no ${bad.join(', ')} that can be used. ${mend}`)
  const record = Object.fromEntries(fields.map((name) => [name, given[name]])) as Record<
    (typeof fields)[number],
    string
  >
  checkTenant(record.tenantId, `${who}: tenantId`)
  recordAuthority(record.authority, `${who}: authority`)
  return { ...record, version }
}

/** The origin of a record's authority: records of most SDKs name the host alone, others an address with the tenant. */
export function recordAuthority(authority: string, source: string): string {
  const address = authority.includes('://') ? authority : `https://${authority}`
  return parseAuthority(URL.canParse(address) ? new URL(address).origin : authority, source)
}

function parsed(json: unknown, who: string): unknown {
  try {
    return JSON.parse(json as string)
  } catch {
    throw new TypeError(`${who} is not JSON. Pass the text that serializeAuthenticationRecord gave.`)
  }
}
