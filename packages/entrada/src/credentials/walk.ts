import {
  AggregateAuthenticationError,
  type Attempt,
  CredentialUnavailableError,
  isUnavailable,
  withAttempts,
} from '../errors.ts'
import type { Emit } from '../events.ts'
import { orAborted } from '../runtime/abort.ts'
import type { AccessToken, GetTokenOptions, TokenCredential } from '../types.ts'
import { withinChain } from './within-chain.ts'

/** One member of a chain. */
export interface Member {
  name: string
  credential: TokenCredential
  /** Whether an error ends the walk. Errors other than "unavailable" always do. */
  isFinal?: (error: Error) => boolean
  /** A failure other than "unavailable" is this member's own: the walk goes on. */
  isSoft?: boolean
}

export interface Walk {
  chain: string
  members: readonly Member[]
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
  const attempts: Attempt[] = []
  const marked = options.members.length > 1 ? withinChain(call ?? {}) : call
  for (const member of options.members) {
    const start = options.now()
    const outcome = await ask(member, scopes, marked)
    const milliseconds = options.now() - start
    if (!(outcome instanceof Error)) {
      attempts.push({ credential: member.name, outcome: 'token', milliseconds })
      return { member, token: outcome, attempts }
    }
    if (isOfTheCall(outcome)) throw outcome
    const goesOn = (isUnavailable(outcome) || member.isSoft === true) && member.isFinal?.(outcome) !== true
    attempts.push(failedAttempt(member.name, outcome, goesOn, milliseconds))
    if (!goesOn) throw withAttempts(outcome, attempts)
    options.emit({ type: 'credential-skipped', skipped: member.name, error: outcome })
  }
  throw allUnavailable(options.chain, attempts)
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
