import { CallMap, itemOf } from '../cache/call-map.ts'
import { isUnavailable } from '../errors.ts'
import type { AccessToken, GetTokenOptions, TokenCredential } from '../types.ts'
import { isOfTheCall, type Member, type MemberToken } from './ask-members.ts'

/** Decides which member a chain asks before it asks them all. */
export interface Winners {
  /** The member that was chosen last. */
  readonly last: Member | undefined
  /** The winner, if its `getToken` can be called without checking what it returns. */
  readonly direct: TokenCredential | undefined
  /** The winner's fresh token, if it holds one: see `CredentialSource`. */
  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined
  /** The winner for this kind of call. */
  find(scopes: string | string[], options?: GetTokenOptions): Member | undefined
  /** Whether the other members are asked after this error of the winner. */
  isReplaced(error: Error): boolean
  set(won: MemberToken, scopes: string | string[], options?: GetTokenOptions): void
  clear(): void
}

/**
 * The first member that has a token is used for everything from then on, even if it fails later: a silent change of
 * identity would be worse than an error.
 */
export class OneWinner implements Winners {
  last: Member | undefined
  direct: TokenCredential | undefined

  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined {
    return this.direct === undefined ? undefined : this.last?.hooks?.peek?.(scopes, options)
  }

  find(): Member | undefined {
    return this.last
  }

  isReplaced(): boolean {
    return false
  }

  set({ member }: MemberToken): void {
    this.last = member
    // Our own credentials never return `null`. Another library's may, so its results must be checked.
    if (member.hooks !== undefined) this.direct = member.credential
  }

  clear(): void {
    this.direct = undefined
  }
}

/** The winner for one kind of call. */
interface Winner {
  member: Member
  /** The last token that it returned from its memory. */
  held: Promise<AccessToken> | undefined
  /** When the last token that it returned expires, in milliseconds since the epoch. */
  validUntil: number
}

/** The least number of kinds of calls whose winners are kept. */
const capacity = 1000

/**
 * A winner for each kind of call (scopes, tenant, CAE), as long as the last token that it returned is valid; the winner
 * itself refreshes that. Members may serve different tenants and scopes, and may become unavailable.
 */
export class WinnersByCall implements Winners {
  readonly #calls = new CallMap<Winner>(capacity)
  readonly #now: () => number
  last: Member | undefined
  /** Always `undefined`, because the winner depends on the call. */
  readonly direct: undefined

  constructor(now: () => number) {
    this.#now = now
  }

  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined {
    const item = typeof scopes === 'string' ? scopes : scopes?.length === 1 ? scopes[0] : undefined
    if (item === undefined) return undefined
    const winner = this.#calls.find(options?.tenantId, item, options?.enableCae === true)
    const held = winner?.member.hooks?.peek?.(scopes, options)
    if (winner !== undefined && held !== undefined && held !== winner.held) {
      winner.held = held
      void held.then(({ expiresOnTimestamp }) => {
        winner.validUntil = expiresOnTimestamp
      })
    }
    return held
  }

  find(scopes: string | string[], options?: GetTokenOptions): Member | undefined {
    const { tenantId, enableCae } = options ?? {}
    const winner = this.#calls.find(tenantId, itemOf([scopes].flat()), enableCae === true)
    return winner !== undefined && this.#now() < winner.validUntil ? winner.member : undefined
  }

  isReplaced(error: Error): boolean {
    return isUnavailable(error) && !isOfTheCall(error)
  }

  set({ member, token }: MemberToken, scopes: string | string[], options?: GetTokenOptions): void {
    const { tenantId, enableCae } = options ?? {}
    this.last = member
    const winner = { member, held: undefined, validUntil: token.expiresOnTimestamp }
    this.#calls.set(tenantId, itemOf([scopes].flat()), enableCae === true, winner)
  }

  clear(): void {
    this.#calls.clear()
  }
}
