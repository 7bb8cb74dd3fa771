import type { ScryptOptions } from 'node:crypto'
import { CertificateFault } from './certificate.ts'
import { nodeCrypto } from './node-crypto.ts'

/** More than any tool writes; ten million take a few seconds. */
const maximumIterations = 10_000_000
/** The limit for one file in total: each of its parts has its own count. */
const maximumTogether = 4 * maximumIterations
/**
 * Hashes between two turns of the event loop: less than a millisecond of work, a few on a machine that is ten times
 * slower.
 */
const hashesPerTurn = 200
/** The memory that scrypt may use, in bytes. OpenSSL's own files use 16 MiB. */
const maximumMemory = 64 * 1024 * 1024

/**
 * The long computations that open a file: off the main thread where Node can do that, in slices where it cannot, and
 * bounded, because the iteration counts come from the file. Use one instance per file.
 */
export class Derivation {
  readonly #signal: AbortSignal
  #iterations = 0

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** PBKDF2 (RFC 8018, 5.2). The digest is given by Node's name for it. */
  async pbkdf2(
    password: Uint8Array,
    { salt, iterations, length, digest }: { salt: Uint8Array; iterations: number; length: number; digest: string },
  ): Promise<Uint8Array> {
    this.#spend(iterations)
    const { pbkdf2 } = nodeCrypto()
    return new Promise((resolve, reject) => {
      pbkdf2(password, salt, iterations, length, digest, (error, key) => (error ? reject(error) : resolve(key)))
    })
  }

  /** scrypt (RFC 7914). The limit on its memory also limits its time. */
  async scrypt(
    password: Uint8Array,
    { salt, length, cost }: { salt: Uint8Array; length: number; cost: { N: number; r: number; p: number } },
  ): Promise<Uint8Array> {
    const { N, r, p } = cost
    const memory = 128 * r * (N + p)
    if (memory > maximumMemory || p > 16) {
      const what = `its scrypt needs ${memory} bytes ${p} times; the limits are ${maximumMemory} bytes and 16 times`
      throw new CertificateFault(what, 'Export it again with a lower cost.')
    }
    this.#signal.throwIfAborted()
    const options: ScryptOptions = { ...cost, maxmem: memory + 1024 * 1024 }
    const { scrypt } = nodeCrypto()
    return new Promise((resolve, reject) => {
      scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
    })
  }

  /** Applies the hash `iterations` times in a row. */
  async hash(digest: string, input: Uint8Array, iterations: number): Promise<Uint8Array> {
    this.#spend(iterations)
    const { hash, createHash } = nodeCrypto()
    // Older Bun and Deno have only the second; the first takes half the time.
    const once =
      typeof hash === 'function'
        ? (data: Uint8Array): Uint8Array => hash(digest, data, 'buffer')
        : (data: Uint8Array): Uint8Array => createHash(digest).update(data).digest()
    let value = input
    for (let left = iterations; left > 0; ) {
      const now = Math.min(left, hashesPerTurn)
      for (let count = 0; count < now; count++) value = once(value)
      left -= now
      await this.turn()
    }
    return value
  }

  /** Yields to the event loop once. Rejects with the signal's reason if it is aborted. */
  async turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.#signal.throwIfAborted()
  }

  #spend(iterations: number): void {
    this.#signal.throwIfAborted()
    this.#iterations += iterations
    if (iterations > maximumIterations) throw tooManyIterations(`${iterations} iterations`, maximumIterations)
    if (this.#iterations > maximumTogether)
      throw tooManyIterations(`${this.#iterations} iterations together`, maximumTogether)
  }
}

function tooManyIterations(count: string, maximum: number): CertificateFault {
  return new CertificateFault(
    `its password is stretched by ${count}; the limit is ${maximum}`,
    'Export it again with fewer iterations.',
  )
}
