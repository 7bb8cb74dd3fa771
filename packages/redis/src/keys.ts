import { partitionName, recordName, type TokenKey } from 'entrada/store'

/** The keys of one record in Redis. All have the same hash tag, so that a cluster keeps them on one node. */
export interface RedisKeys {
  record: string
  lease: string
  /** The names of a partition's records, by their expiry. */
  index: string
}

/** Application tokens are nobody's to sign out, and many: their partition has so many parts, each a hash tag. */
const applicationParts = '0123456789abcdef'

/** The prefix as it stands in keys: nothing in it can open a hash tag of its own, or break a line of a log. */
export function escapedPrefix(prefix: string): string {
  return [...prefix].map((one) => (/[\w:./-]/.test(one) ? one : encoded(one))).join('')
}

/** Where a record is. Names are hashes: no key in Redis tells of a tenant, a user or an application. */
export function keysOf(prefix: string, key: TokenKey): RedisKeys {
  const name = recordName(key)
  const tag = tagOf(key.partition, name.slice(0, 1))
  return {
    record: `${prefix}{${tag}}:${name}`,
    lease: `${prefix}{${tag}}:${name}:lease`,
    index: `${prefix}{${tag}}:index`,
  }
}

/** The indexes of a partition, each with what stands before the names of its records. */
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
