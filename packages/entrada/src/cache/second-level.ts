import type { Emit } from '../events.ts'
import { onAbort } from '../runtime/abort.ts'
import { refreshTime } from './freshness.ts'
import { type TokenKey, type TokenRecord, type TokenStore, tokenKeyText } from './token-store.ts'

/** How long a read of the store is waited for, in milliseconds. */
const readTimeout = 500

export interface SecondLevel {
  store: TokenStore
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  emit: Emit
}

/**
 * The record of the key, or `undefined` for none that is whole, in time and still valid, and as soon as the signal is
 * aborted. Never rejects.
 */
export async function readStore(
  level: SecondLevel,
  key: TokenKey,
  now: number,
  signal: AbortSignal,
): Promise<TokenRecord | undefined> {
  return (await look(level, key, now, signal)).record
}

/** What a look into the store gave. A store that failed is not worth another look. */
export interface Look {
  record?: TokenRecord
  hasFailed: boolean
}

/** As `readStore`, and says whether the store failed. */
export async function look(level: SecondLevel, key: TokenKey, now: number, signal: AbortSignal): Promise<Look> {
  try {
    const value = await inTime(level, () => level.store.get(key), signal)
    if (value === undefined || value === null) return { hasFailed: false }
    const record = readTokenRecord(value, key)
    if ('reason' in record) throw new Error(record.reason)
    return record.expiresAt > now ? { record, hasFailed: false } : { hasFailed: false }
  } catch (error) {
    if (!signal.aborted) level.emit({ type: 'store-failed', operation: 'get', error })
    return { hasFailed: true }
  }
}

/** The store's answer. Rejects if it does not come in time, and as soon as the signal is aborted. */
export async function inTime<T>(level: SecondLevel, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const wait = new AbortController()
  const forget = onAbort(signal, () => wait.abort())
  try {
    return await Promise.race([Promise.resolve(ask()), tooSlow(level, wait.signal)])
  } finally {
    forget()
    wait.abort()
  }
}

async function tooSlow(level: SecondLevel, signal: AbortSignal): Promise<never> {
  await level.sleep(readTimeout, signal).catch(() => undefined)
  throw new Error(`no answer within ${readTimeout} ms`)
}

/** Writes without waiting. Never throws. */
export function writeStore(level: SecondLevel, record: TokenRecord): void {
  void putRecord(level, record)
}

/**
 * Resolves when the store has the record, or has failed. Never rejects. A record that replaces another, whatever that
 * one's end, has it deleted first: a store keeps the later of two.
 */
export async function putRecord(level: SecondLevel, record: TokenRecord, replaces?: 'replaces'): Promise<void> {
  let operation: 'delete' | 'set' = 'set'
  try {
    if (replaces !== undefined) {
      operation = 'delete'
      await level.store.delete(record.key)
      operation = 'set'
    }
    await level.store.set(record)
  } catch (error) {
    level.emit({ type: 'store-failed', operation, error })
  }
}

/** When the token of a record should be refreshed. */
export function recordRefreshTime(record: TokenRecord): number {
  const { secret, expiresAt, refreshAt, cachedAt } = record
  const issued = { token: secret, expiresAt, tokenType: 'Bearer' as const }
  return refreshTime(refreshAt === undefined ? issued : { ...issued, refreshAt }, cachedAt)
}

/** Reads what a store gave: the record if it is whole and belongs to the key, else the reason why not. */
function readTokenRecord(value: unknown, key: TokenKey): TokenRecord | { reason: string } {
  const record = value as Partial<TokenRecord> | null
  if (typeof record !== 'object' || record === null) return { reason: 'the record is not an object' }
  if (typeof record.key !== 'object' || record.key === null || tokenKeyText(record.key) !== tokenKeyText(key)) {
    return { reason: 'the record belongs to another key' }
  }
  if (typeof record.secret !== 'string' || !/^[\x21-\x7e]+$/.test(record.secret)) {
    return { reason: 'the record has no token' }
  }
  if (record.tokenType !== undefined && record.tokenType !== 'Bearer')
    return { reason: 'the record is no bearer token' }
  if (!Number.isFinite(record.expiresAt) || !Number.isFinite(record.cachedAt))
    return { reason: 'the record has no times' }
  if (record.refreshAt !== undefined && !Number.isFinite(record.refreshAt)) return { reason: 'the record has no times' }
  return record as TokenRecord
}
