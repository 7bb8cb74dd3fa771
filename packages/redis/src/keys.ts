import { partitionName, recordName, type TokenKey } from 'entrada/store'

/** The keys of one record in Redis. All have the same hash tag, so that a cluster keeps them on one node. */
export interface RedisKeys {
  record: string
  lease: string
  /** The names of a partition's records, sorted by expiry. */
  index: string
}

/**
 * Application tokens are numerous, and need not be listed by user to sign out: their partition is split into this many
 * parts, each with its own hash tag.
 */
const applicationParts = '0123456789abcdef'

/** The prefix, escaped for use in keys: nothing in it can open another hash tag, or break a log line. */
export function escapedPrefix(prefix: string): string {
  return [...prefix].map((one) => (/[\w:./-]/.test(one) ? one : encoded(one))).join('')
}

/** The Redis keys of a record. Names are hashes: no key in Redis reveals a tenant, a user or an application. */
export function keysOf(prefix: string, key: TokenKey): RedisKeys {
  const name = recordName(key)
  const tag = tagOf(key.partition, name.slice(0, 1))
  return {
    record: `${prefix}{${tag}}:${name}`,
    lease: `${prefix}{${tag}}:${name}:lease`,
    index: `${prefix}{${tag}}:index`,
  }
}

/**
 * The key or name of a record with the id of an encryption key added, for a writer that could not open the existing
 * record.
 */
export function underKey(place: string, keyId: string): string {
  return `${place}:${keyId}`
}

/** The indexes of a partition, each with the prefix of its records' keys. */
export function indexesOf(prefix: string, partition: string): { index: string; before: string }[] {
  const parts = partition === 'app' ? [...applicationParts] : ['']
  return parts.map((part) => {
    const before = `${prefix}{${tagOf(partition, part)}}:`
    return { index: `${before}index`, before }
  })
}

function tagOf(partition: string, part: string): string {
  return partition === 'app' ? `${partitionName('app').slice(0, 8)}-${part}` : partitionName(partition)
}

function encoded(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

/** How many slots a cluster has. */
export const slots = 16_384

/** The slot of a key of this store: CRC-16/XMODEM of its hash tag, as in the specification of Redis Cluster. */
export function slotOf(key: string): number {
  const tag = key.slice(key.indexOf('{') + 1, key.indexOf('}'))
  let crc = 0
  for (let at = 0; at < tag.length; at++) {
    crc ^= tag.charCodeAt(at) << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc % slots
}
