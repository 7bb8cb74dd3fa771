import { parseObject } from '../oauth/token-response.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import type { Host } from '../runtime/host.ts'
import { sentence } from '../runtime/one-line.ts'
import type { AuthenticationRecord } from '../user/authentication-record.ts'

/** Why there is no usable record, and what to do. */
export interface NoRecord {
  reason: string
  remedy: string
  cause?: unknown
}

/** In bytes; no record is larger. */
const maximumBytes = 10 * 1024
const remedy = 'Sign in to Azure in Visual Studio Code, with the extension Azure Resources.'

/** Reads and checks the record in the first of the files that exists. */
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
      const { code, message } = rebuilt(cause)
      if (code === 'ENOENT' || code === 'ENOTDIR') continue
      return {
        reason: `the record of the sign-in (${path}) cannot be read: ${sentence(message)}`,
        remedy,
        cause: rebuilt(cause),
      }
    }
    const record = checkRecord(parseObject(new TextDecoder().decode(bytes).replace(/^\uFEFF/, '')), clientId)
    return 'faults' in record
      ? { reason: `the record of the sign-in (${path}) cannot be used: ${record.faults.join('; ')}.`, remedy }
      : record
  }
  return {
    reason: `nobody has signed in with Visual Studio Code (${paths.length === 0 ? 'no home folder' : `no ${paths[0]}`}).`,
    remedy,
  }
}

/** Checks a record, and reports all its faults at once, without repeating any value. */
function checkRecord(
  record: Record<string, unknown> | undefined,
  expected: string,
): AuthenticationRecord | { faults: string[] } {
  if (record === undefined) return { faults: ['it is not a JSON object'] }
  const names = ['tenantId', 'clientId', 'username', 'homeAccountId', 'authority']
  const faults = names.flatMap((name) => {
    const value = record[name]
    return typeof value === 'string' && value.trim() !== '' ? [] : [`${name} is missing`]
  })
  const { tenantId, clientId, authority } = record
  if (typeof tenantId === 'string' && tenantId !== '' && !/^[0-9A-Za-z.-]+$/.test(tenantId)) {
    faults.push('tenantId contains characters that a tenant id cannot have')
  }
  if (typeof clientId === 'string' && clientId !== '' && clientId !== expected) {
    faults.push('clientId is not that of Visual Studio Code')
  }
  if (typeof authority === 'string' && authority !== '' && originOf(authority) === undefined) {
    faults.push('authority must be an https address')
  }
  return faults.length === 0 ? (record as unknown as AuthenticationRecord) : { faults }
}

/** The origin of a record's authority, which is a host, or a URL with a tenant. */
export function originOf(authority: string): string | undefined {
  const address = authority.includes('://') ? authority : `https://${authority}`
  if (!URL.canParse(address)) return undefined
  const { protocol, origin, username, password } = new URL(address)
  return protocol === 'https:' && username === '' && password === '' ? origin : undefined
}
