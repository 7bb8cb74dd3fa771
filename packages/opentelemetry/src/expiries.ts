/** When something of a credential ends. */
interface Expiry {
  credential: string
  kind: 'certificate' | 'secret'
  /** In milliseconds since the epoch. */
  at: number
}

type Held = Expiry & { of: WeakRef<object> | undefined }

/** What ends, of whom. A credential that is gone counts no longer. */
export class Expiries {
  readonly #held: Held[] = []

  /** Of one credential and kind the last that is known counts. */
  note(expiry: Expiry, of?: object): void {
    const index = this.#held.findIndex(
      (held) => held.kind === expiry.kind && held.credential === expiry.credential && held.of?.deref() === of,
    )
    const noted = { ...expiry, of: of && new WeakRef(of) }
    if (index < 0) this.#held.push(noted)
    else this.#held[index] = noted
  }

  /** The first to end, of each name and kind. */
  first(): Expiry[] {
    const first = new Map<string, Expiry>()
    for (let index = this.#held.length - 1; index >= 0; index--) {
      const { of, ...expiry } = this.#held[index] as Held
      if (of !== undefined && of.deref() === undefined) {
        this.#held.splice(index, 1)
        continue
      }
      const key = `${expiry.credential} ${expiry.kind}`
      const other = first.get(key)
      if (other === undefined || expiry.at < other.at) first.set(key, expiry)
    }
    return [...first.values()]
  }
}
