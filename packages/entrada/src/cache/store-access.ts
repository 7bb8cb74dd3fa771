import { onAbort } from '../runtime/abort.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import { longestLifeMs } from '../token-life.ts'
import { refreshTime } from './freshness.ts'
import { longPatience, nextTurn, shortPatience, startWrite, type Writing } from './pending-writes.ts'
import { refreshTokenLife, type TokenKey, type TokenRecord, type TokenStore, tokenKeyText } from './token-store.ts'

/** How far ahead of our clock a record of an access token may have been written, in milliseconds, to be believed. */
const longestAheadMs = 300_000

/** How long a read of the store is waited for, in milliseconds. */
const readTimeout = 500

export interface StoreAccess extends Writing {
  store: TokenStore
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

/**
 * The key's record, or `undefined` if there is none that is intact and still valid, if the store is too slow, and as soon
 * as the signal is aborted. Never rejects.
 */
export async function readStore(
  level: StoreAccess,
  key: TokenKey,
  now: number,
  signal: AbortSignal,
): Promise<TokenRecord | undefined> {
  return (await readRecord(level, key, now, signal)).record
}

/** The outcome of a read. A store that failed is not worth another try. */
export interface RecordRead {
  record?: TokenRecord
  hasFailed: boolean
}

/** Like `readStore`, and says whether the store failed. */
export async function readRecord(
  level: StoreAccess,
  key: TokenKey,
  now: number,
  signal: AbortSignal,
): Promise<RecordRead> {
  try {
    let isReported = false
    const report = (error: Error): void => {
      isReported = true
      if (!signal.aborted) level.emit({ type: 'store-failed', operation: 'get', error })
    }
    const start = level.monotonic()
    const value = await inTime(level, () => level.store.get(key, ...(level.store.reports ? [report] : [])), signal)
    const record = value === undefined || value === null ? undefined : readTokenRecord(value, key)
    if (record !== undefined && 'reason' in record) throw new Error(record.reason)
    const isHit = record !== undefined && isInTime(record, now)
    if (!signal.aborted && !isReported) {
      level.emit({ type: 'store-used', operation: 'get', milliseconds: level.monotonic() - start, isHit })
    }
    return isHit ? { record, hasFailed: false } : { hasFailed: false }
  } catch (error) {
    if (!signal.aborted) level.emit({ type: 'store-failed', operation: 'get', error: rebuilt(error) })
    return { hasFailed: true }
  }
}

/**
 * Whether a record is valid by its own times. One that was written in the future comes from a machine whose clock is ahead,
 * and so are its times: the access token may have expired. A refresh token is for the authority alone to judge.
 */
function isInTime({ key, cachedAt, expiresAt }: TokenRecord, now: number): boolean {
  return now < expiresAt && (key.kind !== 'access' || cachedAt <= now + longestAheadMs)
}

/** The store's answer. Rejects if it does not come in time, and as soon as the signal is aborted. */
export async function inTime<T>(level: StoreAccess, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
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

async function tooSlow(level: StoreAccess, signal: AbortSignal): Promise<never> {
  await level.sleep(readTimeout, signal).catch(() => undefined)
  if (!signal.aborted) await nextTurn()
  throw new Error(`no answer within ${readTimeout} ms`)
}

/**
 * Writes a record. Resolves when the store has it or has failed; never rejects, and need not be awaited. With `replaces`,
 * the record before it is deleted first, whatever its expiry: of two records a store keeps the one that expires later.
 */
export function writeRecord(level: StoreAccess, record: TokenRecord, replaces?: 'replaces'): Promise<void> {
  const patience = record.key.kind === 'access' ? shortPatience : longPatience
  return startWrite(level, { operation: 'set', patience }, async (write) => {
    if (replaces !== undefined) {
      write.operation = 'delete'
      await level.store.delete(record.key)
      if (level.writes.isOver) return
      write.operation = 'set'
    }
    const report = (error: Error): void => {
      write.isReported = true
      if (!level.writes.isOver) level.emit({ type: 'store-failed', operation: 'set', error })
    }
    await level.store.set(record, ...(level.store.reports ? [report] : []))
  })
}

/** Writes a record that lasts as long as a refresh token. Resolves as `writeRecord` does. */
export function writeLasting(
  level: StoreAccess,
  record: Pick<TokenRecord, 'key' | 'secret'>,
  now: number,
): Promise<void> {
  return writeRecord(level, { ...record, cachedAt: now, expiresAt: now + refreshTokenLife })
}

/** Deletes the record of a refresh token that has become worthless. Resolves as `writeRecord` does. */
export function dropRecord(level: StoreAccess, key: TokenKey): Promise<void> {
  return startWrite(level, { operation: 'delete', patience: longPatience }, () => level.store.delete(key))
}

/** When the token of a record should be refreshed. */
export function recordRefreshTime(record: TokenRecord): number {
  const { secret, expiresAt, refreshAt, cachedAt } = record
  const issued = { token: secret, expiresAt, tokenType: 'Bearer' as const }
  return refreshTime(refreshAt === undefined ? issued : { ...issued, refreshAt }, cachedAt)
}

/** Checks what a store returned: the record if it is intact and belongs to the key, else the reason why not. */
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
    return { reason: 'the token type of the record is not Bearer' }
  if (!Number.isFinite(record.expiresAt) || !Number.isFinite(record.cachedAt))
    return { reason: 'the record has no times' }
  if ((record.expiresAt as number) - (record.cachedAt as number) > longestLifeMs)
    return { reason: 'the record says that it is valid for more than a hundred years' }
  if (record.refreshAt !== undefined && !Number.isFinite(record.refreshAt)) return { reason: 'the record has no times' }
  return record as TokenRecord
}
