/**
 * A bounded map with two-part keys. Entries live in a young and an old generation; when the young one is full it
 * becomes the old one and the old one is dropped. What is used moves to the young one, so that the least recently used
 * goes first, and no look-up ever pays for keeping order: deleting and inserting again on each hit would stall for
 * tens of milliseconds once the map is large.
 */
export class Generations<Value> {
  #young = new Map<string, Map<string, Value>>()
  #old = new Map<string, Map<string, Value>>()
  #youngSize = 0
  readonly #capacity: number

  /** Holds at least `capacity` entries, and at most twice as many. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Two parts, so that a look-up joins no strings. */
  get(group: string, item: string): Value | undefined {
    const young = this.#young.get(group)?.get(item)
    if (young !== undefined) return young
    const old = this.#old.get(group)?.get(item)
    if (old !== undefined) this.set(group, item, old)
    return old
  }

  set(group: string, item: string, value: Value): void {
    let items = this.#young.get(group)
    if (items?.has(item) !== true) {
      if (this.#youngSize >= this.#capacity) {
        this.#old = this.#young
        this.#young = new Map()
        this.#youngSize = 0
        items = undefined
      }
      this.#youngSize++
    }
    if (items === undefined) {
      items = new Map()
      this.#young.set(group, items)
    }
    items.set(item, value)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#youngSize = 0
  }
}
