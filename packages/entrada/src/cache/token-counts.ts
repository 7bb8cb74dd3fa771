import type { Emit } from '../events.ts'
import { processWide } from '../runtime/process-wide.ts'
import type { Slot, TokenMemory } from './token-memory.ts'

/** Counts of the process: who wants them, and the memories that are counted. */
interface Counting {
  /** How many want counts. While there are none, nothing is counted. */
  listeners: number
  memories: Set<WeakRef<MemoryCounts>>
  /** With so many memories those that are gone are looked for. */
  pruneAt: number
}

const counting = (): Counting => processWide('counting', () => ({ listeners: 0, memories: new Set(), pruneAt: 100 }))

/**
 * How many tokens a memory has handed out. While they are counted, `promise` of a token is a getter, which counts: so the code
 * of a hit is the same whether somebody counts or not, and one that nobody counts costs not one instruction more.
 */
export class MemoryCounts {
  readonly #memory: TokenMemory
  readonly #emit: Emit
  readonly #monotonic: () => number
  #reference: WeakRef<MemoryCounts> | undefined
  #count = 0
  #leastLife = Number.POSITIVE_INFINITY

  constructor(memory: TokenMemory, { emit, monotonic }: { emit: Emit; monotonic(): number }) {
    this.#memory = memory
    this.#emit = emit
    this.#monotonic = monotonic
    // Without weak references a credential that is dropped could not be collected.
    if (globalThis.WeakRef === undefined) return
    const { memories, pruneAt } = counting()
    this.#reference = new WeakRef(this)
    memories.add(this.#reference)
    if (memories.size < pruneAt) return
    each(() => undefined)
    counting().pruneAt = 2 * memories.size + 100
  }

  /** Tells of what is left, and counts no more. */
  close(): void {
    this.tell()
    if (this.#reference !== undefined) counting().memories.delete(this.#reference)
  }

  /** The same token, which is counted if anybody wants it. */
  counted(slot: Slot): Slot {
    return counting().listeners > 0 ? new CountedSlot(slot, this) : slot
  }

  /** Counts one that is handed out. */
  note({ expiresAt, clockGap }: Slot): void {
    this.#count++
    const life = expiresAt - clockGap - this.#monotonic()
    if (life < this.#leastLife) this.#leastLife = life
  }

  /** All tokens from now on, or none. */
  turn(isOn: boolean): void {
    this.#memory.forEach((slot) => {
      // A token that was there before has another shape until it is refreshed, which is somewhat slower.
      if (isOn) define(slot, { get: () => this.#hand(slot) })
      else define(slot, { value: slot.token, writable: true })
    })
  }

  /** Tells of what was counted since the last time, if anything was. */
  tell(): void {
    const [count, leastLifeInMs] = [this.#count, this.#leastLife]
    if (count === 0) return
    this.#count = 0
    this.#leastLife = Number.POSITIVE_INFINITY
    this.#emit({ type: 'tokens-counted', source: 'memory', count, leastLifeInMs })
  }

  #hand(slot: Slot): Slot['token'] {
    this.note(slot)
    return slot.token
  }
}

/** A token that is counted. All have one shape, with the getter on the prototype, so that a hit stays quick. */
class CountedSlot implements Slot {
  readonly #counts: MemoryCounts
  token: Slot['token']
  expiresAt: number
  refreshAt: number
  clockGap: number
  freshUntil: number
  retryAt: number
  askedAt: number
  flight: number

  constructor(
    { token, expiresAt, refreshAt, clockGap, freshUntil, retryAt, askedAt, flight }: Slot,
    counts: MemoryCounts,
  ) {
    this.#counts = counts
    this.token = token
    this.expiresAt = expiresAt
    this.refreshAt = refreshAt
    this.clockGap = clockGap
    this.freshUntil = freshUntil
    this.retryAt = retryAt
    this.askedAt = askedAt
    this.flight = flight
  }

  get promise(): Slot['token'] {
    this.#counts.note(this)
    return this.token
  }
}

function define(slot: Slot, how: PropertyDescriptor): void {
  Object.defineProperty(slot, 'promise', { ...how, configurable: true, enumerable: true })
}

/** The counts of every memory that is in use. */
function each(act: (counts: MemoryCounts) => void): void {
  const { memories } = counting()
  for (const reference of memories) {
    const counts = reference.deref()
    if (counts === undefined) memories.delete(reference)
    else act(counts)
  }
}

/** Has every token of the process counted, until the function that it returns is called. */
export function startCounting(): () => void {
  const state = counting()
  if (++state.listeners === 1) each((counts) => counts.turn(true))
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    if (--state.listeners === 0) each((counts) => counts.turn(false))
  }
}

/** Has each credential tell of its count since the last time, by an event. */
export function tellCounts(): void {
  each((counts) => counts.tell())
}
