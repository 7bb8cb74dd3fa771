/**
 * The encrypted form in which stores keep a record, as one line of ASCII:
 *
 *     entrada1.<key id>.<expiresAt>.<base64url of the nonce, the sealed record and its tag>
 *
 * AES-256-GCM with a random nonce of 96 bits. What stands before the last dot and the record's name are authenticated
 * with it, so that an envelope is good for its own record alone and its time can't be changed. The time is in the
 * clear, in milliseconds since the epoch, because a store drops what has expired and keeps the later of two; every
 * later version begins in the same way.
 */
import type { TokenRecord } from '../cache/token-store.ts'
import { type EncryptionKeys, type NamedKey, readKeys } from './encryption-keys.ts'
import { nodeCrypto } from './node-crypto.ts'
import { recordName } from './record-name.ts'

/** Seals and opens records. */
export interface TokenEnvelope {
  seal(record: TokenRecord): string
  /** The record of that name (`recordName`). Throws `EnvelopeError`. */
  open(text: string, name: string): TokenRecord
}

/**
 * Why an envelope can't be opened. `broken`: it was changed, cut, or made for another record, and will never open.
 * `unknown key`, `newer`: another process may open it.
 */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError'
  readonly fault: 'broken' | 'unknown key' | 'newer'

  constructor(fault: EnvelopeError['fault'], message: string) {
    super(message)
    this.fault = fault
  }
}

const nonceLength = 12
const tagLength = 16
const form = /^entrada(\d{1,4})\.([0-9a-f]{1,32})\.(\d{1,15})\.([\w-]+)$/

/** Envelopes under these keys. Throws a `TypeError` for what is no key. */
export function tokenEnvelope(keys: EncryptionKeys): TokenEnvelope {
  return envelopeOf(readKeys(keys, 'tokenEnvelope'))
}

export function envelopeOf(keys: readonly [NamedKey, ...NamedKey[]]): TokenEnvelope {
  return {
    seal: (record) => seal(record, keys[0]),
    open: (text, name) => open(text, name, keys),
  }
}

/** When what is in an envelope expires, as it says itself; `undefined` for what is no envelope. */
export function expiryOf(text: string): number | undefined {
  const expiry = form.exec(text)?.[3]
  return expiry === undefined ? undefined : Number(expiry)
}

function seal(record: TokenRecord, { id, bytes }: NamedKey): string {
  const { createCipheriv, randomBytes } = nodeCrypto()
  const header = `entrada1.${id}.${expiry(record)}`
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce, { authTagLength: tagLength })
  cipher.setAAD(Buffer.from(`${header}.${recordName(record.key)}`))
  const sealed = [nonce, cipher.update(JSON.stringify(record), 'utf8'), cipher.final(), cipher.getAuthTag()]
  return `${header}.${Buffer.concat(sealed).toString('base64url')}`
}

function open(text: string, name: string, keys: readonly NamedKey[]): TokenRecord {
  const [, version, keyId, expiresAt, body = ''] = form.exec(text) ?? []
  if (version === undefined) throw new EnvelopeError('broken', 'the record is no envelope')
  if (version !== '1') throw new EnvelopeError('newer', `the record has the form entrada${version}, which is newer`)
  const key = keys.find(({ id }) => id === keyId)
  if (key === undefined) throw new EnvelopeError('unknown key', `the record is sealed with the key ${keyId}, not given`)
  const record = decrypted(Buffer.from(body, 'base64url'), `entrada1.${keyId}.${expiresAt}.${name}`, key)
  if (record === undefined) throw new EnvelopeError('broken', 'the record was changed, or belongs to another key')
  return record
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

/** Whole milliseconds, as the header has them. */
function expiry({ expiresAt }: TokenRecord): number {
  const whole = Math.ceil(expiresAt)
  if (whole >= 0 && whole < 1e15) return whole
  throw new TypeError(`tokenEnvelope: expiresAt is ${expiresAt}; it must be milliseconds since the epoch.`)
}
