import type { Wait } from '../cache/flights.ts'
import { FlightsOnDemand } from '../cache/flights-on-demand.ts'
import type { Attempt } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { Quote } from '../runtime/quoted.ts'
import type { CredentialSource } from '../source/credential-source.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import {
  type AskMembersOptions,
  askMember,
  askMembers,
  callKey,
  KnownFailures,
  type Member,
  type MemberToken,
} from './ask-members.ts'
import type { Winners } from './winners.ts'

/** What happened with each member of a chain, for one call. */
export interface Explanation {
  /** Name of the credential that has a token, if one has. */
  credential?: string
  /** What became of each member, in order. */
  attempts: readonly Attempt[]
  /** Why there is no token, if there is none. */
  error?: Error
}

export interface ChainOptions {
  name: string
  members: readonly Member[]
  monotonic: () => number
  emit: Emit
  /** Quotes an input for a message. */
  quote?: Quote
  /** Closes what the chain owns in addition to its members. */
  release(): void
}

/**
 * The source of both chain credentials. The member that had a token for one call is asked in later ones, as `Winners`
 * decides. Without a winner the members are asked in order. Until there is a first winner, only one caller at a time
 * asks them, and the others wait for its result.
 */
export class Chain implements CredentialSource {
  readonly #options: ChainOptions
  readonly #winners: Winners
  readonly #flights: FlightsOnDemand<MemberToken>
  readonly #known = new KnownFailures()
  /** Set while the members are being asked for the first winner. */
  #asking: Promise<unknown> | undefined

  constructor(options: ChainOptions, winners: Winners) {
    this.#options = options
    this.#winners = winners
    this.#flights = new FlightsOnDemand(options.name)
  }

  /** Name of the credential that won last, once one has. */
  get selected(): string | undefined {
    return this.#winners.last && nameOf(this.#winners.last)
  }

  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined {
    return this.#winners.peek(scopes, options)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const held = this.#winners.peek(scopes, options)
    if (held !== undefined) return held
    const { direct } = this.#winners
    return (
      direct === undefined ? this.#get(scopes, options) : direct.getToken(scopes, options)
    ) as Promise<AccessToken>
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    const token = await this.getToken(scopes, options)
    const winner = this.#winners.find(scopes, options)
    const { tokenInfo } = await import('../source/token-info.ts')
    return tokenInfo(token, winner === undefined ? this.#options.name : nameOf(winner))
  }

  /** Asks every member, whichever won before and whatever failures are known. Never rejects. */
  async explain(scopes: string | string[], options?: GetTokenOptions): Promise<Explanation> {
    try {
      if (this.#flights.isClosed) throw this.#flights.closedError()
      await this.#check(scopes, options)
      const timeoutMs = options?.requestOptions?.timeout
      const { member, attempts } = await askMembers({ ...this.#askOptions(), timeoutMs }, scopes, options)
      return { credential: nameOf(member), attempts }
    } catch (error) {
      const failure = error as Error & { attempts?: readonly Attempt[] }
      return { attempts: failure.attempts ?? [], error: failure }
    }
  }

  async close(): Promise<void> {
    this.#winners.clear()
    const closable = this.#options.members.map(({ credential }) => credential as { close?: () => unknown })
    await Promise.all([this.#flights.close(), ...closable.map((credential) => credential.close?.())])
    this.#options.release()
  }

  async #get(scopes: string | string[], options: GetTokenOptions | undefined): Promise<AccessToken> {
    if (this.#flights.isClosed) throw this.#flights.closedError()
    const wait = await this.#check(scopes, options)
    // Callers with the same request share one attempt, and its failure; the others wait for their turn.
    const won = await this.#flights.join(
      callKey(scopes, options),
      (signal) => this.#askAlone(scopes, options, signal),
      wait,
    )
    return won.token
  }

  /** Checks the call, and returns how long its caller waits. */
  async #check(scopes: string | string[], options: GetTokenOptions | undefined): Promise<Wait> {
    const { name, quote } = this.#options
    const { checkCall } = await import('../source/check-call.ts')
    return (await checkCall(name, scopes, options, { quote, isPassedOn: true })).wait
  }

  async #askAlone(
    scopes: string | string[],
    options: GetTokenOptions | undefined,
    signal: AbortSignal,
  ): Promise<MemberToken> {
    const { requestOptions, ...rest } = options ?? {}
    const call = { ...rest, abortSignal: signal }
    while (this.#asking !== undefined) await this.#asking
    signal.throwIfAborted()
    const winner = this.#winners.find(scopes, options)
    let absent: AskMembersOptions['absent']
    if (winner !== undefined) {
      const token = await askMember(winner, scopes, call)
      if (!(token instanceof Error)) return this.#select({ member: winner, token, attempts: [] }, scopes, options)
      if (!this.#winners.isReplaced(token)) throw token
      absent = { member: winner, error: token }
    }
    const timeoutMs = requestOptions?.timeout
    const asking = askMembers({ ...this.#askOptions(), known: this.#known, absent, timeoutMs }, scopes, call)
    const settled = asking.then(
      () => undefined,
      () => undefined,
    )
    if (this.#winners.last === undefined) this.#asking = settled
    try {
      return this.#select(await asking, scopes, options)
    } finally {
      if (this.#asking === settled) this.#asking = undefined
    }
  }

  #select(won: MemberToken, scopes: string | string[], options: GetTokenOptions | undefined): MemberToken {
    if (this.#flights.isClosed) return won
    const { last } = this.#winners
    this.#winners.set(won, scopes, options)
    if (won.member !== last) this.#options.emit({ type: 'credential-selected', selected: nameOf(won.member) })
    return won
  }

  #askOptions(): AskMembersOptions {
    const { name: chain, members, monotonic, emit } = this.#options
    return { chain, members, monotonic, emit }
  }
}

/** The member's name; if the member is itself a chain, the name of the credential that won there. */
function nameOf({ name, credential }: Member): string {
  return (credential as { selected?: string }).selected ?? name
}
