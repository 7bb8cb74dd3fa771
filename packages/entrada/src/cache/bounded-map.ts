/**
 * A bounded map with two-part keys. Entries live in a young and an old generation; when the young one is full, it
 * becomes the old one and the old one is dropped. An entry that is used moves to the young one, so the least recently
 * used go first, and no look-up pays for keeping them in order: deleting and re-inserting on each hit would stall for
 * tens of milliseconds once the map is large.
 */
export class BoundedMap<Value> {
  #young = new Map<string | undefined, Map<string, Value>>()
  #old = new Map<string | undefined, Map<string, Value>>()
  #youngSize = 0
  readonly #capacity: number

  /** Holds at least `capacity` entries, and at most twice as many. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** The key has two parts so that a look-up need not join strings. */
  get(group: string | undefined, item: string): Value | undefined {
    const young = this.#young.get(group)?.get(item)
    if (young !== undefined) return young
    const old = this.#old.get(group)?.get(item)
    if (old !== undefined) this.set(group, item, old)
    return old
  }

  set(group: string | undefined, item: string, value: Value): void {
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

  forEach(visit: (value: Value) => void): void {
    for (const generation of [this.#young, this.#old]) for (const items of generation.values()) items.forEach(visit)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#youngSize = 0
  }
}
