import type { Emit } from '../events.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import { startTimer } from '../runtime/timer.ts'
import { ProcessHold } from './flights.ts'

/** Writes in the background, and how far `close()` has come. */
export interface PendingWrites {
  readonly pending: Set<PendingWrite>
  /** `close()` was called: no new write is started. */
  isClosing: boolean
  /** `close()` has stopped waiting: no more events are emitted. */
  isOver: boolean
  settling?: Promise<void>
}

export interface PendingWrite {
  /** Named in the event if the write fails. */
  operation: 'set' | 'delete' | 'lease'
  /** How long `close()` waits for it, in milliseconds. */
  patience: number
  /** The store has told of a failure of its own. */
  isReported?: boolean
  done: Promise<void>
}

/** What a write needs of its store. */
export interface Writing {
  writes: PendingWrites
  emit: Emit
  monotonic(): number
}

/** `close()` waits half a second for what can be obtained again: access tokens and leases. */
export const shortPatience = 500
/** It waits longer for what only a person can provide again, perhaps into a slow keyring: refresh tokens and accounts. */
export const longPatience = 5000

/**
 * Starts a write, unless `close()` was called. Resolves when it is done, or has failed and was reported; never rejects. A
 * lease that was taken before is still released while `close()` waits.
 */
export function startWrite(
  { writes, emit, monotonic }: Writing,
  { operation, patience }: Pick<PendingWrite, 'operation' | 'patience'>,
  work: (write: PendingWrite) => unknown,
): Promise<void> {
  if (writes.isOver || (writes.isClosing && operation !== 'lease')) return Promise.resolve()
  const write: PendingWrite = { operation, patience, done: Promise.resolve() }
  writes.pending.add(write)
  write.done = (async () => {
    const start = monotonic()
    try {
      await work(write)
      // A lease is told of when it is taken, and what waited for the token's write before its release.
      if (operation !== 'lease' && !writes.isOver && write.isReported !== true) {
        emit({ type: 'store-used', operation, milliseconds: monotonic() - start })
      }
    } catch (error) {
      if (!writes.isOver) emit({ type: 'store-failed', operation: write.operation, error: rebuilt(error) })
    } finally {
      writes.pending.delete(write)
    }
  })()
  return write.done
}

/** Resolves when all writes are done, or when they have been waited for long enough: then with one event. */
export function settleWrites(writing: Writing): Promise<void> {
  const { writes } = writing
  writes.isClosing = true
  writes.settling ??= settle(writing)
  return writes.settling
}

async function settle(writing: Writing): Promise<void> {
  const { writes, emit } = writing
  const hold = new ProcessHold()
  hold.take()
  await Promise.all([shortPatience, longPatience].map((patience) => settleThose(writing, patience)))
  hold.release()
  writes.isOver = true
  const [first] = writes.pending
  if (first === undefined) return
  const { operation, patience } = first
  const message = `close() waited ${patience} ms for what was being written (${writes.pending.size}), which may be lost`
  emit({ type: 'store-failed', operation, error: rebuilt(new Error(message)) })
}

/** One write may start another: a lease is released when its token is written. */
async function settleThose({ writes }: Writing, patience: number): Promise<void> {
  const those = (): PendingWrite[] => [...writes.pending].filter((write) => write.patience === patience)
  if (those().length === 0) return
  let isLate = false
  let stop: (() => void) | undefined
  const late = new Promise<void>((resolve) => {
    stop = startTimer(patience, resolve)
  })
    .then(nextTurn)
    .then(() => {
      isLate = true
    })
  while (!isLate && those().length > 0) await Promise.race([late, Promise.all(those().map(({ done }) => done))])
  stop?.()
}

/** Before a time-out takes effect, answers that have already arrived are read: a busy event loop has not seen them yet. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (globalThis.setImmediate === undefined) startTimer(0, resolve)
    else globalThis.setImmediate(resolve)
  })
}
