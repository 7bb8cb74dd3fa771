import { BoundedMap } from './bounded-map.ts'

/**
 * Values by what tells calls apart: a group, scopes as one item, and whether the token may be revoked. The last one that
 * was found is remembered: most callers ask for the same again and again.
 */
export class CallMap<Value> {
  readonly #plain: BoundedMap<Value>
  readonly #cae: BoundedMap<Value>
  #lastItem = ''
  #lastGroup: string | undefined
  #lastCae = false
  #lastValue: Value | undefined

  /** Holds at least `capacity` values of either kind, twice as many at most. The least recently used go first. */
  constructor(capacity: number) {
    this.#plain = new BoundedMap(capacity)
    this.#cae = new BoundedMap(capacity)
  }

  find(group: string | undefined, item: string, enableCae: boolean): Value | undefined {
    const last = this.#lastValue
    if (last !== undefined && this.#lastItem === item && this.#lastGroup === group && this.#lastCae === enableCae) {
      return last
    }
    const value = (enableCae ? this.#cae : this.#plain).get(group, item)
    if (value !== undefined) this.#remember(group, item, enableCae, value)
    return value
  }

  set(group: string | undefined, item: string, enableCae: boolean, value: Value): void {
    ;(enableCae ? this.#cae : this.#plain).set(group, item, value)
    this.#remember(group, item, enableCae, value)
  }

  forEach(visit: (value: Value) => void): void {
    this.#plain.forEach(visit)
    this.#cae.forEach(visit)
  }

  clear(): void {
    this.#lastValue = undefined
    this.#plain.clear()
    this.#cae.clear()
  }

  #remember(group: string | undefined, item: string, enableCae: boolean, value: Value): void {
    this.#lastGroup = group
    this.#lastItem = item
    this.#lastCae = enableCae
    this.#lastValue = value
  }
}

/** The scopes as one string. One scope is itself, so that the hot path builds nothing. */
export function itemOf(scopes: readonly string[]): string {
  return scopes.length === 1 ? (scopes[0] as string) : [...new Set(scopes)].sort(byCodeUnit).join(' ')
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : 1
}
