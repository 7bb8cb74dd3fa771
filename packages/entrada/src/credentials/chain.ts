import { Flights } from '../cache/flights.ts'
import type { Attempt } from '../errors.ts'
import type { Emit } from '../events.ts'
import { abortError } from '../runtime/abort.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions, TokenCredential } from '../types.ts'
import { Absences } from './absences.ts'
import { checkCall } from './check-call.ts'
import { tokenInfo } from './credential.ts'
import { ask, callKey, type Member, type Walk, type Won, walk } from './walk.ts'

/** The story of one walk through a chain. */
export interface Explanation {
  /** Name of the credential that has a token, if one has. */
  credential?: string
  attempts: readonly Attempt[]
  /** Why there is no token, if there is none. */
  error?: Error
}

export interface ChainOptions {
  name: string
  members: readonly Member[]
  now: () => number
  emit: Emit
  /** Closes what the chain owns besides its members. */
  release(): void
}

/**
 * What both chains are made of. The first member that has a token is used from then on, whatever becomes of it: a
 * silent change of identity would be worse than an error. The first walk is exclusive: those who come meanwhile wait
 * for its winner.
 */
export class Chain {
  readonly #options: ChainOptions
  readonly #walks: Flights<Won>
  readonly #absences = new Absences()
  #winner: Member | undefined
  /** The winner, if its `getToken` can be handed out as it is. */
  #direct: TokenCredential | undefined
  #walking: Promise<unknown> | undefined

  constructor(options: ChainOptions) {
    this.#options = options
    this.#walks = new Flights(options.name)
  }

  /** Name of the credential that won, once one has. */
  get selected(): string | undefined {
    return this.#winner && nameOf(this.#winner)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const direct = this.#direct
    return (
      direct === undefined ? this.#get(scopes, options) : direct.getToken(scopes, options)
    ) as Promise<AccessToken>
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    const token = await this.getToken(scopes, options)
    return tokenInfo(token, this.selected ?? this.#options.name)
  }

  /** A fresh walk, whoever won before and whatever is known of the others. Never rejects. */
  async explain(scopes: string | string[], options?: GetTokenOptions): Promise<Explanation> {
    try {
      if (this.#walks.isClosed) throw this.#walks.closedError()
      this.#check(scopes, options)
      const { member, attempts } = await walk(this.#walkOptions(), scopes, options)
      return { credential: nameOf(member), attempts }
    } catch (error) {
      const failure = error as Error & { attempts?: readonly Attempt[] }
      return { attempts: failure.attempts ?? [], error: failure }
    }
  }

  async close(): Promise<void> {
    this.#direct = undefined
    const closable = this.#options.members.map(({ credential }) => credential as { close?: () => unknown })
    await Promise.all([this.#walks.close(), ...closable.map((credential) => credential.close?.())])
    this.#options.release()
  }

  async #get(scopes: string | string[], options: GetTokenOptions | undefined): Promise<AccessToken> {
    if (this.#walks.isClosed) throw this.#walks.closedError()
    const { wait } = this.#check(scopes, options)
    // Callers who ask for the same share one walk, and with it its failure; the others walk after it.
    const won = await this.#walks.join(
      callKey(scopes, options),
      (signal) => this.#walkAlone(scopes, options, signal),
      wait,
    )
    return won.token
  }

  #check(scopes: string | string[], options: GetTokenOptions | undefined): ReturnType<typeof checkCall> {
    const call = checkCall(this.#options.name, scopes, options)
    if (call.wait.signal?.aborted === true) throw abortError(`${this.#options.name}: the caller aborted getToken.`)
    return call
  }

  async #walkAlone(scopes: string | string[], options: GetTokenOptions | undefined, signal: AbortSignal): Promise<Won> {
    const { requestOptions, ...rest } = options ?? {}
    const call = { ...rest, abortSignal: signal }
    while (this.#walking !== undefined) await this.#walking
    signal.throwIfAborted()
    if (this.#winner !== undefined) {
      const token = await ask(this.#winner, scopes, call)
      if (token instanceof Error) throw token
      return { member: this.#winner, token, attempts: [] }
    }
    const walking = walk({ ...this.#walkOptions(), absences: this.#absences }, scopes, call)
    const settled = walking.then(
      () => undefined,
      () => undefined,
    )
    this.#walking = settled
    try {
      const won = await walking
      if (!this.#walks.isClosed) this.#select(won.member)
      return won
    } finally {
      if (this.#walking === settled) this.#walking = undefined
    }
  }

  #select(member: Member): void {
    this.#winner = member
    // Ours never give `null`; of another's each answer is looked at.
    if ('getTokenInfo' in member.credential) this.#direct = member.credential
    this.#options.emit({ type: 'credential-selected', selected: nameOf(member) })
  }

  #walkOptions(): Walk {
    const { name: chain, members, now, emit } = this.#options
    return { chain, members, now, emit }
  }
}

/** The member's name; of a chain within the chain, the name of the one that won there. */
function nameOf({ name, credential }: Member): string {
  return (credential as { selected?: string }).selected ?? name
}
