import { trueNow } from './clock.ts'
import { encodeToken, type Issued, type Purpose, purposeText } from './token.ts'

/** One request that reached the service. */
export interface Request {
  at: number
  fault: string
}

/** What a request asks for, and when it came. */
type AskedPurpose = Purpose & { instance: string; challenge: string; askedAt: number }

/** So many of the latest are kept of each purpose: enough for any story. */
const kept = 12

interface Entry {
  issued: Issued[]
  requests: Request[]
}

/** What the service was asked and what it really issued, by credential and purpose. */
export class Ledger {
  readonly #entries = new Map<string, Entry>()
  readonly #bySerial = new Map<number, Issued>()
  readonly faults = new Map<string, number>()
  requests = 0
  tokens = 0

  note(instance: string, purpose: Purpose, fault: string): void {
    this.requests++
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1)
    push(this.#of(instance, purpose).requests, { at: trueNow(), fault })
  }

  issue(asked: AskedPurpose, lifeMs: number, fault: string): Issued {
    const { who, tenant, scope, user, cae, instance, challenge, askedAt } = asked
    const serial = ++this.tokens
    const sentAt = trueNow()
    const issued = {
      ...{ serial, who, tenant, scope, user, cae, instance, challenge, fault },
      ...{ askedAt, sentAt, end: sentAt + lifeMs },
    }
    this.#bySerial.set(serial, issued)
    push(this.#of(instance, issued).issued, issued)
    return issued
  }

  /** The last token of this purpose once more, if it lives on for a while, as hosts with a cache of their own do. */
  again(asked: AskedPurpose): Issued | undefined {
    const last = this.#of(asked.instance, asked).issued.at(-1)
    if (last === undefined || last.challenge !== asked.challenge || last.end < trueNow() + 2_000) return undefined
    last.askedAt = asked.askedAt
    last.sentAt = trueNow()
    return last
  }

  find(serial: number): Issued | undefined {
    return this.#bySerial.get(serial)
  }

  /** Tokens of the purpose that were sent to this credential after `time`. They may have reached it or not. */
  issuedAfter(instance: string, purpose: Purpose, time: number): readonly Issued[] {
    return this.#of(instance, purpose).issued.filter(({ sentAt }) => sentAt > time)
  }

  requestsAfter(instance: string, purpose: Purpose, time: number): readonly Request[] {
    return this.#of(instance, purpose).requests.filter(({ at }) => at >= time)
  }

  #of(instance: string, purpose: Purpose): Entry {
    const key = `${instance} ${purposeText(purpose)}`
    const entry = this.#entries.get(key) ?? { issued: [], requests: [] }
    this.#entries.set(key, entry)
    return entry
  }
}

/** The token itself. */
export function tokenText({ askedAt: _, sentAt: __, fault: ___, ...issued }: Issued): string {
  return encodeToken(issued)
}

function push<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > kept) list.shift()
}
