/**
 * The encrypted form in which stores keep a record, as one line of ASCII:
 *
 *     entrada1.<key id>.<expiresAt>.<base64url of the nonce, the sealed record and its tag>
 *     entrada2.<key id>.<expiresAt>.<cachedAt>-<the same>
 *
 * AES-256-GCM with a random nonce of 96 bits. Everything before that last part, and the record's name, is authenticated
 * with it, so that an envelope is valid only for its own record and its times cannot be changed. The times are in clear
 * text, in milliseconds since the epoch, because a store drops expired records, keeps the later of two, and ignores
 * those from the future. Every later version will begin in the same way, so that a program that does not know it can
 * distinguish it from garbage.
 */
import type { TokenRecord } from '../cache/token-store.ts'
import { type EncryptionKeys, type NamedKey, readKeys } from './encryption-keys.ts'
import { nodeCrypto } from './node-crypto.ts'
import { recordName } from './record-name.ts'

/** Seals and opens records. */
export interface TokenEnvelope {
  /** The ids of the keys, as they appear in envelopes; the first one seals. */
  readonly keyIds: readonly string[]
  /** Encrypts a record: text, which may be kept where others can read it. */
  seal(record: TokenRecord): string
  /** The record with that name (`recordName`). Throws `EnvelopeError`. */
  open(text: string, name: string): TokenRecord
}

/**
 * Why an envelope cannot be opened. `broken`: it was changed, cut off, or made for another record, and can never be
 * opened. `unknown key`, `newer`: another process may be able to open it.
 */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError'
  /** What is wrong with it. */
  readonly fault: 'broken' | 'unknown key' | 'newer'
  /** The id of the key that may open it. */
  readonly keyId: string | undefined

  constructor(fault: EnvelopeError['fault'], message: string, keyId?: string) {
    super(message)
    this.fault = fault
    this.keyId = keyId
  }
}

/** The versions that can be written. All of them can be read. */
export type FormatVersion = 1 | 2

const nonceLength = 12
const tagLength = 16
const form = /^entrada(\d{1,4})\.([0-9a-f]{1,32})\.(\d{1,15})\.([\w-]+)$/
const dated = /^(\d{1,15})-([\w-]+)$/

/**
 * Envelopes under these keys. They are sealed in version 1 of the format, which every version of this library opens,
 * unless `formatVersion` is 2. Throws a `TypeError` for an invalid key or version.
 */
export function tokenEnvelope(
  keys: EncryptionKeys,
  { formatVersion }: { formatVersion?: FormatVersion | undefined } = {},
): TokenEnvelope {
  return envelopeOf(readKeys(keys, 'tokenEnvelope'), checkVersion(formatVersion, 'tokenEnvelope'))
}

export function checkVersion(version: FormatVersion | undefined, who: string): FormatVersion {
  if (version === undefined || version === 1 || version === 2) return version ?? 1
  throw new TypeError(`${who}: formatVersion must be 1 or 2. Leave it out while older versions read the store.`)
}

export function envelopeOf(keys: readonly [NamedKey, ...NamedKey[]], version: FormatVersion): TokenEnvelope {
  return {
    keyIds: keys.map(({ id }) => id),
    seal: (record) => seal(record, keys[0], version),
    open: (text, name) => open(text, name, keys),
  }
}

/**
 * When the content of an envelope expires, according to its unverified header; `undefined` for a text that is not an
 * envelope.
 */
export function expiryOf(text: string): number | undefined {
  const expiry = form.exec(text)?.[3]
  return expiry === undefined ? undefined : Number(expiry)
}

function seal(record: TokenRecord, { id, bytes }: NamedKey, version: FormatVersion): string {
  const { createCipheriv, randomBytes } = nodeCrypto()
  const header = `entrada${version}.${id}.${whole(record, 'expiresAt')}`
  const date = version === 1 ? '' : `${whole(record, 'cachedAt')}-`
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce, { authTagLength: tagLength })
  cipher.setAAD(Buffer.from(additional(header, date, recordName(record.key))))
  const sealed = [nonce, cipher.update(JSON.stringify(record), 'utf8'), cipher.final(), cipher.getAuthTag()]
  return `${header}.${date}${Buffer.concat(sealed).toString('base64url')}`
}

function open(text: string, name: string, keys: readonly NamedKey[]): TokenRecord {
  const [, version, keyId = '', expiresAt, rest = ''] = form.exec(text) ?? []
  if (version === undefined) throw new EnvelopeError('broken', 'the record is not an envelope')
  if (version !== '1' && version !== '2') {
    throw new EnvelopeError('newer', `the record has the format entrada${version}, which is newer`, keyId)
  }
  const [, cachedAt, sealed = ''] = version === '2' ? (dated.exec(rest) ?? []) : []
  const [date, body] = cachedAt === undefined ? ['', rest] : [`${cachedAt}-`, sealed]
  const key = keys.find(({ id }) => id === keyId)
  if (key === undefined) {
    throw new EnvelopeError('unknown key', `the record is sealed with the key ${keyId}, which was not given`, keyId)
  }
  const header = `entrada${version}.${keyId}.${expiresAt}`
  const record = decrypted(Buffer.from(body, 'base64url'), additional(header, date, name), key)
  if (record === undefined) throw new EnvelopeError('broken', 'the record was changed, or belongs to another key')
  return record
}

/** What is authenticated with the record: everything in clear text, and the name. */
function additional(header: string, date: string, name: string): string {
  return `${header}.${date}${name}`
}

function decrypted(body: Buffer, additional: string, { bytes }: NamedKey): TokenRecord | undefined {
  if (body.length < nonceLength + tagLength) return undefined
  const nonce = body.subarray(0, nonceLength)
  try {
    const decipher = nodeCrypto().createDecipheriv('aes-256-gcm', bytes, nonce, { authTagLength: tagLength })
    decipher.setAAD(Buffer.from(additional)).setAuthTag(body.subarray(-tagLength))
    const text = decipher.update(body.subarray(nonceLength, -tagLength), undefined, 'utf8') + decipher.final('utf8')
    return JSON.parse(text) as TokenRecord
  } catch {
    return undefined
  }
}

/** Whole milliseconds, for the header. */
function whole(record: TokenRecord, name: 'expiresAt' | 'cachedAt'): number {
  const milliseconds = Math.ceil(record[name])
  if (milliseconds >= 0 && milliseconds < 1e15) return milliseconds
  throw new TypeError(`tokenEnvelope: ${name} is ${record[name]}; it must be milliseconds since the epoch.`)
}
