import type { AccessToken } from '../types.ts'
import { Generations } from './generations.ts'

/** One cached token. The promise is made once: a hit hands it out and makes nothing. */
export interface Slot {
  promise: Promise<AccessToken>
  expiresAt: number
  refreshAt: number
  /** No refresh behind the callers' backs starts before. */
  retryAt: number
  /** Number of the flight that brought it. */
  flight: number
}

/** Tokens held at least; twice as many at most. Beyond, the least recently used go first. */
const capacity = 100_000

/** The tokens of one credential in memory. The last hit is remembered: most callers ask for the same again and again. */
export class TokenMemory {
  readonly #plain = new Generations<Slot>(capacity)
  readonly #cae = new Generations<Slot>(capacity)
  #lastItem = ''
  #lastGroup = ''
  #lastCae = false
  #lastSlot: Slot | undefined

  find(group: string, item: string, enableCae: boolean): Slot | undefined {
    const last = this.#lastSlot
    if (last !== undefined && this.#lastItem === item && this.#lastGroup === group && this.#lastCae === enableCae) {
      return last
    }
    const slot = (enableCae ? this.#cae : this.#plain).get(group, item)
    if (slot !== undefined) this.#remember(group, item, enableCae, slot)
    return slot
  }

  set(group: string, item: string, enableCae: boolean, slot: Slot): void {
    ;(enableCae ? this.#cae : this.#plain).set(group, item, slot)
    this.#remember(group, item, enableCae, slot)
  }

  clear(): void {
    this.#lastSlot = undefined
    this.#plain.clear()
    this.#cae.clear()
  }

  #remember(group: string, item: string, enableCae: boolean, slot: Slot): void {
    this.#lastGroup = group
    this.#lastItem = item
    this.#lastCae = enableCae
    this.#lastSlot = slot
  }
}
