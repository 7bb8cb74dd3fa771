import type { TokenKey, TokenRecord, TokenStore } from 'entrada/store'
import type { Random } from './random.ts'

/** What goes wrong with a store, by the name that the report has for it. */
type StoreFault = 'slow' | 'hangs' | 'fails' | 'foreign record' | 'broken record' | 'lease refused'

const readFaults: readonly StoreFault[] = ['slow', 'hangs', 'fails', 'foreign record', 'broken record']
const writeFaults: readonly StoreFault[] = ['slow', 'fails']
const leaseFaults: readonly StoreFault[] = ['slow', 'hangs', 'fails', 'lease refused']

/** Longer than any credential waits for a store, in milliseconds. */
const longest = 4_000

export interface FaultyStoreOptions {
  random: Random
  /** Told of each fault. */
  onFault(fault: StoreFault): void
  /** Told of each operation, for nothing may touch a store once its credential has closed. */
  onTouch(operation: string): void
}

/** A store that many share, as one credential sees it through a bad network. */
export function faultyStore(inner: TokenStore, { random, onFault, onTouch }: FaultyStoreOptions): TokenStore {
  let lastSeen: TokenRecord | undefined
  async function suffer(operation: string, kinds: readonly StoreFault[]): Promise<StoreFault | undefined> {
    onTouch(operation)
    if (!random.chance(0.15)) return undefined
    const fault = random.pick(kinds)
    onFault(fault)
    if (fault === 'slow') await pause(random.between(50, 900))
    if (fault === 'hangs') await pause(longest)
    if (fault === 'fails') throw new Error(`ECONNRESET while the store was asked to ${operation}`)
    return fault
  }
  return {
    async get(key) {
      const fault = await suffer('get', readFaults)
      const record = await inner.get(key)
      const seen = lastSeen
      lastSeen = record ?? seen
      if (fault === 'foreign record') return seen ?? record
      return fault === 'broken record' && record !== undefined ? brokenOf(record, random) : record
    },
    async set(record) {
      await suffer('set', writeFaults)
      await inner.set(record)
    },
    async delete(key) {
      await suffer('delete', writeFaults)
      await inner.delete(key)
    },
    async list(partition) {
      await suffer('list', readFaults)
      return inner.list(partition)
    },
    async lease(key: TokenKey, milliseconds: number) {
      const fault = await suffer('lease', leaseFaults)
      return fault === 'lease refused' ? undefined : inner.lease?.(key, milliseconds)
    },
  }
}

/** A record without what makes it one. */
function brokenOf(record: TokenRecord, random: Random): TokenRecord {
  return random.pick([
    { ...record, secret: '' },
    { ...record, expiresAt: Number.NaN },
    { ...record, key: { ...record.key, realm: 'somewhere-else' } },
    { ...record, cachedAt: record.cachedAt + 86_400_000, expiresAt: record.expiresAt + 86_400_000 },
  ])
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
