import { type TokenKey, type TokenRecord, type TokenStore, tokenKeyText } from '../cache/token-store.ts'

import { asListed, isBelievable } from './record-life.ts'

/** The most records that are kept, by default. */
const usualCapacity = 100_000

/**
 * A store in this process's memory: it lets several credentials share tokens, and is the simplest example of a store.
 * The least recently written record is dropped first; expired ones are dropped when they are found.
 */
export function memoryTokenStore(options: { now?: () => number; capacity?: number } = {}): TokenStore {
  const { now = Date.now, capacity = usualCapacity } = options
  const records = new Map<string, TokenRecord>()
  const partitions = new Map<string, Set<string>>()

  function drop(text: string): void {
    const partition = records.get(text)?.key.partition ?? ''
    records.delete(text)
    const texts = partitions.get(partition)
    texts?.delete(text)
    if (texts?.size === 0) partitions.delete(partition)
  }

  function living(text: string): TokenRecord | undefined {
    const record = records.get(text)
    if (record === undefined || (record.expiresAt > now() && isBelievable(record, now()))) return record
    drop(text)
    return undefined
  }

  return {
    async get(key: TokenKey) {
      return copy(living(tokenKeyText(key)))
    },
    async set(record: TokenRecord) {
      const text = tokenKeyText(record.key)
      drop(text)
      records.set(text, copy(record))
      const { partition } = record.key
      partitions.set(partition, (partitions.get(partition) ?? new Set()).add(text))
      const [oldest] = records.keys()
      if (records.size > capacity && oldest !== undefined) drop(oldest)
    },
    async delete(key: TokenKey) {
      drop(tokenKeyText(key))
    },
    async list(partition: string) {
      return [...(partitions.get(partition) ?? [])].flatMap((text) => {
        const record = living(text)
        return record === undefined ? [] : [asListed(copy(record))]
      })
    },
  }
}

/** A caller's later changes to a record must not affect the store, nor the other way round. */
function copy<Found extends TokenRecord | undefined>(record: Found): Found {
  return record === undefined ? record : ({ ...record, key: { ...record.key } } as Found)
}
