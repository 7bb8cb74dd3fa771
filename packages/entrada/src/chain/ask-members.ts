import { BoundedMap } from '../cache/bounded-map.ts'
import {
  AggregateAuthenticationError,
  type Attempt,
  CredentialUnavailableError,
  isUnavailable,
  type Problem,
  withAttempts,
} from '../errors.ts'
import type { Emit } from '../events.ts'
import { orAborted } from '../runtime/abort.ts'
import { startTimer } from '../runtime/timer.ts'
import { chainCallOf, withinChain } from '../source/chain-call.ts'
import type { AccessToken, GetTokenOptions, TokenCredential } from '../types.ts'

/** One member of a chain. */
export interface Member {
  name: string
  credential: TokenCredential
  /** Whether an error of this member stops the chain. By default every error does, except "unavailable". */
  stopsChain?: (error: Error) => boolean
  /** What only this library's credentials offer. Another library's methods of these names may mean something else. */
  hooks?: MemberHooks
}

export interface MemberHooks {
  /** The member's fresh token, if it holds one: see `CredentialSource`. */
  peek?(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined
  /**
   * A string for what this member's being unavailable depends on, as far as a quick look can tell. While the string is
   * the same, an error marked `isLasting` would be the same too.
   */
  evidence?(): string | undefined
  /**
   * Prepares to be asked, for example by loading code. It must not start a process, send a request or write anything.
   */
  prepare?(): void
}

interface KnownFailure {
  error: Error
  evidence: string
}

/** How many failures are remembered. */
const maxKnownFailures = 1000

/**
 * What a chain remembers of members that were unavailable: the error, and the evidence that it depends on (a program
 * that is not on PATH, a profile in which nobody has signed in). Once the evidence differs, the member is asked again.
 */
export class KnownFailures {
  readonly #kept = new BoundedMap<KnownFailure>(maxKnownFailures)

  /** The error that this member would reject with again, if that is known. */
  recall(index: number, { hooks }: Member, call: string): Error | undefined {
    const known = this.#kept.get(String(index), call)
    return known !== undefined && known.evidence === hooks?.evidence?.() ? known.error : undefined
  }

  /** `evidence` is what there was to see before the member was asked. */
  remember(index: number, call: string, error: Error, evidence: string | undefined): void {
    const { isLasting } = error as CredentialUnavailableError
    if (isLasting === true && evidence !== undefined) this.#kept.set(String(index), call, { error, evidence })
  }
}

export interface AskMembersOptions {
  chain: string
  members: readonly Member[]
  /** Members whose failure is known are skipped. Without it every member is asked. */
  known?: KnownFailures | undefined
  /** A member that was asked just now, with its error: it is not asked again. */
  absent?: { member: Member; error: Error } | undefined
  /** How long the first of the callers would wait, in milliseconds. */
  timeoutMs?: number | undefined
  /** By this clock attempts are measured: one that is set meanwhile would give nonsense. */
  monotonic: () => number
  emit: Emit
}

/** The token, and the member that it came from. */
export interface MemberToken {
  member: Member
  token: AccessToken
  attempts: readonly Attempt[]
}

/**
 * Asks the members in order, one at a time, until one has a token. Rejects with `AggregateAuthenticationError` when all
 * are unavailable, or with the error of the member that was refused, with the attempts added. Errors of the call itself
 * (a `TypeError`, an abort) are passed on unchanged.
 */
export async function askMembers(
  options: AskMembersOptions,
  scopes: string | string[],
  call: GetTokenOptions | undefined,
): Promise<MemberToken> {
  const { members, known, monotonic, emit } = options
  const attempts: Attempt[] = []
  /** Index of the last member that has been prepared. */
  let prepared = 0
  const key = callKey(scopes, call)
  // The time limit of the call to the outermost chain.
  const timeoutMs = options.timeoutMs ?? chainCallOf(call)?.timeoutMs
  const memory = known === undefined ? 'from-scratch' : 'with-memory'
  const asked = members.length > 1 ? withinChain(call, { memory, timeoutMs }) : call
  for (const [index, member] of members.entries()) {
    const { name, hooks } = member
    const failure = member === options.absent?.member ? options.absent.error : known?.recall(index, member, key)
    if (failure !== undefined) {
      attempts.push(failedAttempt(name, failure, 'unavailable', 0))
      continue
    }
    const start = monotonic()
    const evidence = hooks?.evidence?.()
    const asking = askMember(member, scopes, asked)
    // Most members reject at once. While a slower one is awaited, the ones behind it are prepared.
    const stop = startTimer(0, () => {
      prepared = Math.max(prepared, index)
      while (++prepared < members.length) members[prepared]?.hooks?.prepare?.()
    })
    const outcome = await asking
    stop()
    const milliseconds = Math.round(monotonic() - start)
    if (!(outcome instanceof Error)) {
      attempts.push({ credential: name, outcome: 'token', milliseconds })
      return { member, token: outcome, attempts }
    }
    if (isOfTheCall(outcome)) throw outcome
    const stopsChain = member.stopsChain?.(outcome) ?? !isUnavailable(outcome)
    attempts.push(failedAttempt(name, outcome, stopsChain ? 'refused' : 'unavailable', milliseconds))
    if (stopsChain) throw withAttempts(outcome, attempts)
    known?.remember(index, key, outcome, evidence)
    emit({ type: 'credential-skipped', skipped: name, error: outcome })
  }
  throw allUnavailable(options.chain, attempts)
}

/** Tells calls apart: a member may be available for one call and not for another. */
export function callKey(scopes: string | string[], call: GetTokenOptions | undefined): string {
  const { tenantId, claims, enableCae, proofOfPossessionOptions } = call ?? {}
  return JSON.stringify([[scopes].flat(), tenantId, claims, enableCae === true, proofOfPossessionOptions])
}

/**
 * A member's token or its error. Another library's credential may ignore the abort signal, so the call is raced against
 * it.
 */
export async function askMember(
  member: Member,
  scopes: string | string[],
  call: GetTokenOptions | undefined,
): Promise<AccessToken | Error> {
  try {
    const asked = member.credential.getToken(scopes, call)
    // Stand-ins in tests return a token without a promise.
    const token = await orAborted(
      Promise.resolve(asked),
      call?.abortSignal,
      `${member.name}: the caller aborted getToken.`,
    )
    return token ?? new CredentialUnavailableError({ who: member.name, reason: 'getToken returned null.' })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error), { cause: error })
  }
}

/** Whether an error is one that a chain never swallows: the caller's mistake, or the caller's abort. */
export function isOfTheCall(error: Error): boolean {
  return error instanceof TypeError || error.name === 'AbortError'
}

function failedAttempt(
  credential: string,
  error: Error,
  outcome: 'unavailable' | 'refused',
  milliseconds: number,
): Attempt {
  const { reason = error.message, remedy } = error as Partial<Problem>
  return { credential, outcome, milliseconds, error, reason, ...(remedy === undefined ? {} : { remedy }) }
}

function allUnavailable(chain: string, attempts: readonly Attempt[]): AggregateAuthenticationError {
  const lines = attempts.map(({ credential, error }) => {
    const message = error?.message ?? ''
    // Messages of this library begin with the credential's name already; another library's may not.
    return message.startsWith(`${credential}: `) ? `  ${message}` : `  ${credential}: ${message}`
  })
  const message = `${chain}: no credential in the chain can be used here.\n${lines.join('\n')}`
  return new AggregateAuthenticationError(
    attempts.map(({ error }) => error),
    message,
    attempts,
  )
}
