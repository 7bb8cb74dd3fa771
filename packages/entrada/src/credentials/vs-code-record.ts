import { parseObject } from '../oauth/token-response.ts'
import type { Host } from '../runtime/host.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

/** Why there is no record to go by, and what to do. */
export interface NoRecord {
  reason: string
  mend: string
  cause?: unknown
}

/** No record is larger, in bytes. */
const maximumBytes = 10 * 1024
const mend = 'Sign in to Azure in Visual Studio Code, with the extension Azure Resources.'

/** The record of the first of the files that is there, checked. */
export async function readRecord(
  paths: readonly string[],
  clientId: string,
  host: Host,
): Promise<AuthenticationRecord | NoRecord> {
  for (const path of paths) {
    let bytes: Uint8Array
    try {
      bytes = await host.files.readGuarded(path, maximumBytes)
    } catch (cause) {
      const { code, message } = cause as Error & { code?: unknown }
      if (code === 'ENOENT' || code === 'ENOTDIR') continue
      return { reason: `the record of the sign-in (${path}) can't be read: ${message}.`, mend, cause }
    }
    const record = checkRecord(parseObject(new TextDecoder().decode(bytes).replace(/^\uFEFF/, '')), clientId)
    return 'faults' in record
      ? { reason: `the record of the sign-in (${path}) can't be used: ${record.faults.join('; ')}.`, mend }
      : record
  }
  return {
    reason: `nobody has signed in with Visual Studio Code (${paths.length === 0 ? 'no home folder' : `no ${paths[0]}`}).`,
    mend,
  }
}

/** All that is wrong with a record, at once; no value is repeated. */
function checkRecord(
  record: Record<string, unknown> | undefined,
  expected: string,
): AuthenticationRecord | { faults: string[] } {
  if (record === undefined) return { faults: ['it is no JSON object'] }
  const names = ['tenantId', 'clientId', 'username', 'homeAccountId', 'authority']
  const faults = names.flatMap((name) => {
    const value = record[name]
    return typeof value === 'string' && value.trim() !== '' ? [] : [`${name} is missing`]
  })
  const { tenantId, clientId, authority } = record
  if (typeof tenantId === 'string' && tenantId !== '' && !/^[0-9A-Za-z.-]+$/.test(tenantId)) {
    faults.push('tenantId has characters that no tenant has')
  }
  if (typeof clientId === 'string' && clientId !== '' && clientId !== expected) {
    faults.push('clientId is not that of Visual Studio Code')
  }
  if (typeof authority === 'string' && authority !== '' && originOf(authority) === undefined) {
    faults.push('authority is no https address')
  }
  return faults.length === 0 ? (record as unknown as AuthenticationRecord) : { faults }
}

/** The origin of a record's authority, which is a host or an address with a tenant. */
export function originOf(authority: string): string | undefined {
  const address = authority.includes('://') ? authority : `https://${authority}`
  if (!URL.canParse(address)) return undefined
  const { protocol, origin, username, password } = new URL(address)
  return protocol === 'https:' && username === '' && password === '' ? origin : undefined
}
