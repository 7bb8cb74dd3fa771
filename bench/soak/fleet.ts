import type { EntradaCredential } from 'entrada'
import { fileTokenStore } from 'entrada/store'
import { rightWall, trueNow } from './clock.ts'
import type { Findings } from './findings.ts'
import type { Random } from './random.ts'
import type { Slot } from './slots.ts'
import { faultyStore } from './store.ts'
import type { Issued } from './token.ts'

/** A token that a credential has handed out, so that it is known to hold it. */
export interface Held {
  issued: Issued
  observedAt: number
  /** Its end as the credential reads it, as a true time. */
  end: number
}

/** One credential of a slot, from its making to its closing. */
export interface Instance {
  slot: Slot
  /** The slot's name and a number: also its user agent, by which the service knows it. */
  name: string
  credential: EntradaCredential
  /** By purpose. */
  held: Map<string, Held>
  /** The last answer to a claims challenge and when it was asked for, by purpose. */
  challenged: Map<string, Held & { askedAt: number }>
  closingAt?: number
  closedAt?: number
}

/** `close()` waits 5 s for what is being written at the most. */
const longestClose = 5_500

/** The credentials of a run. */
export class Fleet {
  readonly #findings: Findings
  readonly #random: Random
  readonly #folder: string
  readonly #instances: Instance[]
  readonly #storeFaults = new Map<string, number>()
  readonly #closing = new Set<Promise<void>>()
  #made = 0

  constructor(slots: readonly Slot[], options: { findings: Findings; random: Random; folder: string }) {
    this.#findings = options.findings
    this.#random = options.random
    this.#folder = options.folder
    this.#instances = slots.map((slot) => this.#open(slot))
  }

  get made(): number {
    return this.#made
  }

  get storeFaults(): ReadonlyMap<string, number> {
    return this.#storeFaults
  }

  pick(random: Random): Instance {
    return random.pick(this.#instances)
  }

  /** Closes a credential in the middle of its work, and puts a new one in its place. */
  replaceOne(): void {
    const index = this.#random.below(this.#instances.length)
    const old = this.#instances[index] as Instance
    this.#instances[index] = this.#open(old.slot)
    this.#close(old)
  }

  async closeAll(): Promise<void> {
    for (const instance of this.#instances) this.#close(instance)
    await Promise.all(this.#closing)
  }

  #open(slot: Slot): Instance {
    const name = `${slot.name}#${++this.#made}`
    const random = this.#random.fork()
    const held = new Map<string, Held>()
    const store = slot.hasStore
      ? faultyStore(fileTokenStore({ folder: `${this.#folder}/store`, host: { now: slot.clock.now, ...monotonic } }), {
          random,
          onFault: (fault) => this.#storeFaults.set(fault, (this.#storeFaults.get(fault) ?? 0) + 1),
          onTouch: (operation) => this.#checkTouch(instance, operation),
        })
      : undefined
    const instance: Instance = { slot, name, held, challenged: new Map(), credential: slot.create(name, store) }
    return instance
  }

  #close(instance: Instance): void {
    instance.closingAt = trueNow()
    const late = setTimeout(() => {
      this.#findings.violation('close() takes too long', `${instance.name}: more than ${longestClose} ms`)
    }, longestClose)
    const closing = instance.credential.close().then(
      () => {
        clearTimeout(late)
        instance.closedAt = trueNow()
        this.#closing.delete(closing)
      },
      (error: unknown) => this.#findings.violation('close() rejects', `${instance.name}: ${error}`),
    )
    this.#closing.add(closing)
  }

  #checkTouch(instance: Instance, operation: string): void {
    if (instance.closedAt === undefined) return
    const after = Math.round(trueNow() - instance.closedAt)
    this.#findings.violation('store touched after close()', `${instance.name}: ${operation}, ${after} ms after it`)
  }
}

/** Also for versions whose store has no such option yet. */
const monotonic: object = { monotonic: trueNow }

/** What the credential makes of the end of a token that it has just brought, as a true time. */
export function endAsRead(expiresOnTimestamp: number, clock: Slot['clock']): number {
  return trueNow() + expiresOnTimestamp - (rightWall() + clock.offset)
}
