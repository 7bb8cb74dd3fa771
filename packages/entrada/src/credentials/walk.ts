import {
  AggregateAuthenticationError,
  type Attempt,
  CredentialUnavailableError,
  isUnavailable,
  withAttempts,
} from '../errors.ts'
import type { Emit } from '../events.ts'
import { orAborted } from '../runtime/abort.ts'
import { startTimer } from '../runtime/timer.ts'
import type { AccessToken, GetTokenOptions, TokenCredential } from '../types.ts'
import type { Absences } from './absences.ts'
import { withinChain } from './within-chain.ts'

/** One member of a chain. */
export interface Member {
  name: string
  credential: TokenCredential
  /** Whether an error ends the walk. Errors other than "unavailable" always do. */
  isFinal?: (error: Error) => boolean
  /** A failure other than "unavailable" is this member's own: the walk goes on. */
  isSoft?: boolean
  /** What only a credential of this library says of itself; another's methods of these names mean something else. */
  own?: OwnMember
}

export interface OwnMember {
  /** What its being unavailable rests on, as far as one look tells. While it is the same, a refusal that lasts would be. */
  evidence?(): string | undefined
  /** Makes itself ready to be asked. Starts nothing, asks nobody, writes nothing. */
  prepare?(): void
}

export interface Walk {
  chain: string
  members: readonly Member[]
  /** What is known of members that could not be used; without it every member is asked anew. */
  absences?: Absences | undefined
  now: () => number
  emit: Emit
}

export interface Won {
  member: Member
  token: AccessToken
  attempts: readonly Attempt[]
}

/**
 * Asks the members in order until one has a token. Rejects with `AggregateAuthenticationError` when all are
 * unavailable, or with the error of the member that was refused, to which the attempts are added. Errors of the
 * call itself (a `TypeError`, an abort) pass through as they are.
 */
export async function walk(options: Walk, scopes: string | string[], call: GetTokenOptions | undefined): Promise<Won> {
  const { members, absences, now, emit } = options
  const attempts: Attempt[] = []
  /** Index of the last member that is ready. */
  let prepared = 0
  const key = callKey(scopes, call)
  const asked = members.length > 1 ? withinChain(call, absences === undefined ? 'anew' : 'again') : call
  for (const [index, member] of members.entries()) {
    const { name, own } = member
    const known = absences?.recall(index, member, key)
    if (known !== undefined) {
      attempts.push(failedAttempt(name, known, true, 0))
      continue
    }
    const start = now()
    const evidence = own?.evidence?.()
    const asking = ask(member, scopes, asked)
    // Most say at once that they can't be used here. Whoever is waited for leaves time for those behind.
    const stop = startTimer(0, () => {
      prepared = Math.max(prepared, index)
      while (++prepared < members.length) members[prepared]?.own?.prepare?.()
    })
    const outcome = await asking
    stop()
    const milliseconds = now() - start
    if (!(outcome instanceof Error)) {
      attempts.push({ credential: name, outcome: 'token', milliseconds })
      return { member, token: outcome, attempts }
    }
    if (isOfTheCall(outcome)) throw outcome
    const goesOn = (isUnavailable(outcome) || member.isSoft === true) && member.isFinal?.(outcome) !== true
    attempts.push(failedAttempt(name, outcome, goesOn, milliseconds))
    if (!goesOn) throw withAttempts(outcome, attempts)
    absences?.keep(index, key, outcome, evidence)
    emit({ type: 'credential-skipped', skipped: name, error: outcome })
  }
  throw allUnavailable(options.chain, attempts)
}

/** What tells one call from another: a member may be there for one, and not for the other. */
export function callKey(scopes: string | string[], call: GetTokenOptions | undefined): string {
  const { tenantId, claims, enableCae, proofOfPossessionOptions } = call ?? {}
  return JSON.stringify([[scopes].flat(), tenantId, claims, enableCae === true, proofOfPossessionOptions])
}

/** Somebody else's credential may take no notice of the signal; the walk does. */
export async function ask(
  member: Member,
  scopes: string | string[],
  call: GetTokenOptions | undefined,
): Promise<AccessToken | Error> {
  try {
    const asked = member.credential.getToken(scopes, call)
    const token = await orAborted(asked, call?.abortSignal, `${member.name}: the caller aborted getToken.`)
    return token ?? new CredentialUnavailableError(`${member.name}: it gave no token and no reason.`)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error), { cause: error })
  }
}

/** What no chain swallows: the caller's mistake, and the caller's abort. */
function isOfTheCall(error: Error): boolean {
  return error instanceof TypeError || error.name === 'AbortError'
}

function failedAttempt(credential: string, error: Error, goesOn: boolean, milliseconds: number): Attempt {
  const mend = (error as { mend?: unknown }).mend
  const said = error.message.startsWith(`${credential}: `) ? error.message.slice(credential.length + 2) : error.message
  const outcome = goesOn ? 'unavailable' : 'refused'
  if (typeof mend !== 'string') return { credential, outcome, milliseconds, error, reason: said }
  return { credential, outcome, milliseconds, error, reason: said.replace(mend, '').trim(), mend }
}

function allUnavailable(chain: string, attempts: readonly Attempt[]): AggregateAuthenticationError {
  const lines = attempts.map(
    ({ credential, reason, mend }) => `  ${credential}: ${[reason, mend].filter(Boolean).join(' ')}`,
  )
  const message = `${chain}: no credential in the chain can be used here.\n${lines.join('\n')}`
  return new AggregateAuthenticationError(
    attempts.map(({ error }) => error),
    message,
    attempts,
  )
}
