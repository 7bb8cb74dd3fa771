import { nodeCrypto } from './node-crypto.ts'

/** A key of AES-256: 32 random bytes, as they are or in base64. */
export type EncryptionKey = Uint8Array | string

/** The keys of a store: the first one seals, each one opens. Put a new one first to rotate. */
export type EncryptionKeys = EncryptionKey | readonly EncryptionKey[]

/** A key and what names it in an envelope: the beginning of a hash, from which nobody gets the key. */
export interface NamedKey {
  id: string
  bytes: Uint8Array
}

/** Reads what a caller gave. Throws a `TypeError` that says what a key is, and nothing of what was given. */
export function readKeys(keys: EncryptionKeys, who: string): [NamedKey, ...NamedKey[]] {
  const list = typeof keys === 'string' || keys instanceof Uint8Array ? [keys] : keys
  if (!Array.isArray(list)) throw new TypeError(`${who}: keys is no key and no list of keys. ${mend}`)
  const [first, ...others] = list.map((key, index) => readKey(key, `${who}: keys[${index}]`))
  if (first === undefined) throw new TypeError(`${who}: keys is empty. ${mend}`)
  return [first, ...others]
}

/** A new key. */
export function newKey(): NamedKey {
  return named(nodeCrypto().randomBytes(32))
}

/** A key's text, such as `readKeys` takes. */
export function keyText({ bytes }: NamedKey): string {
  return Buffer.from(bytes).toString('base64url')
}

const mend = 'A key is 32 random bytes: openssl rand -base64 32 makes one.'

function readKey(key: unknown, what: string): NamedKey {
  const bytes = typeof key === 'string' && /^[\w+/-]{43}=?$/.test(key) ? Buffer.from(key, 'base64') : key
  if (bytes instanceof Uint8Array && bytes.length === 32) return named(new Uint8Array(bytes))
  throw new TypeError(`${what} is not a key of 32 bytes. ${mend}`)
}

function named(bytes: Uint8Array): NamedKey {
  const hash = nodeCrypto().createHash('sha256').update('id of a key of entrada\n').update(bytes)
  return { id: hash.digest('hex').slice(0, 12), bytes }
}
