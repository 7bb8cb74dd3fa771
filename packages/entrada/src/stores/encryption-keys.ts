import { nodeCrypto } from './node-crypto.ts'

/** An AES-256 key: 32 random bytes, raw or in base64. */
export type EncryptionKey = Uint8Array | string

/** The keys of a store: the first one encrypts, and any of them decrypts. To rotate, put a new one first. */
export type EncryptionKeys = EncryptionKey | readonly EncryptionKey[]

/** A key and its id in envelopes: the beginning of a hash, from which the key cannot be derived. */
export interface NamedKey {
  id: string
  bytes: Uint8Array
}

/**
 * Reads the keys that a caller passed. Throws a `TypeError` that says what a key is, without repeating what was passed.
 */
export function readKeys(keys: EncryptionKeys, who: string): [NamedKey, ...NamedKey[]] {
  const list = typeof keys === 'string' || keys instanceof Uint8Array ? [keys] : keys
  if (!Array.isArray(list)) throw new TypeError(`${who}: keys must be a key or a list of keys. ${remedy}`)
  const [first, ...others] = list.map((key, index) => readKey(key, `${who}: keys[${index}]`))
  if (first === undefined) throw new TypeError(`${who}: keys is empty. ${remedy}`)
  return [first, ...others]
}

/** A new key. */
export function newKey(): NamedKey {
  return named(nodeCrypto().randomBytes(32))
}

/** A key as text that `readKeys` accepts. */
export function keyText({ bytes }: NamedKey): string {
  return Buffer.from(bytes).toString('base64url')
}

const remedy = 'A key is 32 random bytes: openssl rand -base64 32 makes one.'

function readKey(key: unknown, what: string): NamedKey {
  const bytes = typeof key === 'string' && /^[\w+/-]{43}=?$/.test(key) ? Buffer.from(key, 'base64') : key
  if (bytes instanceof Uint8Array && bytes.length === 32) return named(new Uint8Array(bytes))
  throw new TypeError(`${what} is not a key of 32 bytes. ${remedy}`)
}

function named(bytes: Uint8Array): NamedKey {
  const hash = nodeCrypto().createHash('sha256').update('id of a key of entrada\n').update(bytes)
  return { id: hash.digest('hex').slice(0, 12), bytes }
}
