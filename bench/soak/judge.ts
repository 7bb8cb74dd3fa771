import type { AccessToken } from 'entrada'
import { trueNow } from './clock.ts'
import type { Findings } from './findings.ts'
import { endAsRead, type Held, type Instance } from './fleet.ts'
import type { Ledger } from './ledger.ts'
import type { LoopLag } from './loop-lag.ts'
import { decodeToken, type Issued, isSamePurpose, type Purpose, purposeText } from './token.ts'

/** One call, from its start. */
export interface Call {
  instance: Instance
  purpose: Purpose
  startedAt: number
  /** The number in its claims challenge; empty without one. */
  challenge: string
  timeoutMs: number | undefined
  signal: AbortSignal | undefined
}

/** A caller who comes in a token's last 2 s waits for the next one; see `#checkRejection`. */
const lastSeconds = 2_000
/** A clock that was put back is noticed within this time, in milliseconds. */
const noticed = 1_000

/** Judges how calls end, by the true clock and by what the service really issued. */
export class Judge {
  readonly #findings: Findings
  readonly #ledger: Ledger
  readonly #lag: LoopLag

  constructor(findings: Findings, ledger: Ledger, lag: LoopLag) {
    this.#findings = findings
    this.#ledger = ledger
    this.#lag = lag
  }

  token(call: Call, access: AccessToken): void {
    const now = trueNow()
    const read = decodeToken(access.token)
    const issued = read && this.#ledger.find(read.serial)
    if (read === undefined || issued === undefined) {
      this.#violation('token that was never issued', call, `got ${access.token.slice(0, 40)}`)
      return
    }
    this.#findings.outcome('token')
    if (!isSamePurpose(read, call.purpose)) this.#violation('mix-up', call, `got one for ${purposeText(read)}`, issued)
    if (call.purpose.tenant !== '' && call.challenge !== '' && read.challenge !== call.challenge) {
      this.#violation('claims challenge answered by another token', call, `challenge ${call.challenge}`, issued)
    }
    this.#checkEnd(call, issued, now)
    this.#checkReplaced(call, issued)
    this.#hold(call, access, issued, now)
  }

  error(call: Call, error: unknown): void {
    const { instance, signal, timeoutMs, challenge } = call
    const { name = 'no name', statusCode } = error as { name?: string; statusCode?: number }
    const said = statusCode === undefined ? name : `${name} ${statusCode}`
    if (instance.closingAt !== undefined) {
      this.#findings.outcome('closed meanwhile')
    } else if (name === 'AbortError') {
      if (signal?.aborted !== true) this.#violation('AbortError that nobody asked for', call, String(error))
      this.#findings.outcome('aborted by its caller')
    } else if (name === 'TimeoutError' && timeoutMs !== undefined) {
      this.#findings.outcome('timed out, as its caller wished')
      this.#checkTimeout(call)
    } else if (challenge !== '') {
      // A challenge goes to the network whatever is held.
      this.#findings.outcome(`challenge refused: ${said}`)
    } else {
      this.#findings.outcome(`rejected: ${said}`)
      this.#checkRejection(call, error)
    }
  }

  /** 0 tokens past their end by the true clock. */
  #checkEnd(call: Call, issued: Issued, now: number): void {
    const tolerance = this.#lag.tolerance()
    const past = now - issued.end
    if (past <= tolerance) return
    const { clock } = call.instance.slot
    const putBack = clock.lastPutBack()
    if (issued.end >= putBack && now - putBack <= noticed + tolerance) return
    this.#violation(`token past its end, clock "${clock.name}"`, call, `over for ${Math.round(past)} ms`, issued)
  }

  /** What a claims challenge has replaced does not come back. With a store, others may bring it. */
  #checkReplaced(call: Call, issued: Issued): void {
    const answer = call.instance.challenged.get(purposeText(call.purpose))
    if (answer === undefined || call.instance.slot.hasStore || answer.observedAt >= call.startedAt) return
    // A request that began after the challenge's own may have been answered first.
    if (issued.sentAt >= answer.askedAt) return
    this.#violation('token that a challenge had replaced', call, `#${answer.issued.serial} replaced it`, issued)
  }

  #hold({ instance, purpose, challenge, startedAt }: Call, access: AccessToken, issued: Issued, now: number): void {
    const { clock } = instance.slot
    const key = purposeText(purpose)
    const answer = instance.challenged.get(key)
    const [before, end] = [instance.held.get(key), Math.min(issued.end, endAsRead(access.expiresOnTimestamp, clock))]
    const held = { issued, observedAt: now, end }
    if (challenge !== '' && purpose.tenant !== '') instance.challenged.set(key, { ...held, askedAt: startedAt })
    // By a clock that was set on the way nobody knows what the credential makes of the end.
    if (clock.hasJumpedSince(issued.sentAt - 500) || (before !== undefined && before.issued.askedAt >= issued.askedAt))
      return
    // A request that began before a challenge brings its callers a token, and does not keep it.
    if (challenge === '' && answer !== undefined && answer.observedAt > startedAt) return
    instance.held.set(key, held)
  }

  /** A time-out gives the token that is held, where the caller came in time for it. */
  #checkTimeout(call: Call): void {
    const held = this.#heldBy(call)
    if (held === undefined || call.challenge !== '' || held.observedAt > call.startedAt) return
    const left = held.end - trueNow()
    if (left > lastSeconds + this.#lag.tolerance()) {
      this.#violation('timed out while a token is valid', call, `${Math.round(left)} ms left`, held.issued)
    }
  }

  /**
   * 0 rejections while a token is valid: at the rejection; or at the call, if more than 2 s were left, since the
   * credential hands it out before its end. Who came later waits, and an attempt follows that began after the end.
   */
  #checkRejection(call: Call, error: unknown): void {
    const held = this.#heldBy(call)
    if (held === undefined) return
    const now = trueNow()
    const tolerance = this.#lag.tolerance()
    const wasHeld = held.observedAt <= call.startedAt
    const [leftAtCall, left] = [held.end - call.startedAt, held.end - now].map(Math.round) as [number, number]
    const said = `${leftAtCall} ms left at the call, ${left} ms at the rejection: ${String(error).slice(0, 160)}`
    if (left > tolerance) {
      this.#violation('rejected while a token is valid', call, said, held.issued)
    } else if (wasHeld && leftAtCall > lastSeconds + tolerance) {
      this.#violation('rejected, though a token was valid at the call', call, said, held.issued)
    } else if (wasHeld && leftAtCall > tolerance && this.#isWithoutAttemptAfter(call, held.end - tolerance)) {
      this.#violation('rejected without an attempt after the end', call, said, held.issued)
    }
  }

  #isWithoutAttemptAfter({ instance, purpose }: Call, time: number): boolean {
    return this.#ledger.requestsAfter(instance.name, purpose, time).length === 0
  }

  /** The token that the credential surely holds for this call. */
  #heldBy({ instance, purpose }: Call): Held | undefined {
    const held = instance.held.get(purposeText(purpose))
    if (held === undefined || instance.slot.clock.hasJumpedForwardSince(held.observedAt)) return undefined
    // A newer one may have reached it, and may have ended already.
    const soon = trueNow() + lastSeconds
    const newer = this.#ledger.issuedAfter(instance.name, purpose, held.issued.sentAt)
    return newer.every((issued) => issued.end > soon) ? held : undefined
  }

  #violation(kind: string, call: Call, what: string, issued?: Issued): void {
    const { instance, purpose, startedAt } = call
    const at = (time: number): string => this.#findings.at(time)
    const requests = this.#ledger
      .requestsAfter(instance.name, purpose, issued?.sentAt ?? startedAt)
      .map((request) => `${at(request.at)} ${request.fault}`)
    const token =
      issued === undefined
        ? ''
        : `; token #${issued.serial}, sent ${at(issued.sentAt)} with fault "${issued.fault}", ends ${at(issued.end)}`
    this.#findings.violation(
      kind,
      `${instance.name}, ${purposeText(purpose)}: asked ${at(startedAt)}, ${what}${token}; requests since: ${requests.join(', ') || 'none'}; ${instance.slot.clock.describe(this.#findings.start)}`,
    )
  }
}
