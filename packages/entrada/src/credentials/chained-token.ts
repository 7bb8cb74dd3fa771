import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import { eventSink } from '../runtime/event-sink.ts'
import { hostOf } from '../runtime/host.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions, TokenCredential } from '../types.ts'
import { Chain, type Explanation } from './chain.ts'

/**
 * Asks several credentials in order, and stays with the first that has a token. Any object with `getToken` can be a
 * member.
 *
 * `getToken` rejects with `AggregateAuthenticationError` when every member is unavailable, and with the error of the
 * first member that was refused; both carry `attempts`.
 */
export class ChainedTokenCredential implements EntradaCredential {
  readonly name = 'ChainedTokenCredential'
  readonly #chain: Chain

  /** @throws TypeError for an empty chain, or a member without `getToken`. */
  constructor(...sources: TokenCredential[]) {
    const name = 'ChainedTokenCredential'
    if (sources.length === 0) {
      throw new TypeError(`${name}: the chain is empty. Pass the credentials to try, in order.`)
    }
    for (const [index, source] of sources.entries()) {
      if (typeof source?.getToken !== 'function') {
        throw new TypeError(`${name}: member ${index + 1} has no getToken. Pass objects that are credentials.`)
      }
    }
    const { now, env } = hostOf(undefined)
    const sink = eventSink(undefined, env)
    this.#chain = new Chain({
      name,
      members: sources.map((credential) => ({ name: credentialName(credential), credential })),
      now,
      emit: (event) => sink(name, event),
      release: () => undefined,
    })
    polyfillAsyncDispose(this)
  }

  /** Name of the credential that won, once one has. */
  get selected(): string | undefined {
    return this.#chain.selected
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#chain.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#chain.getTokenInfo(scopes, options)
  }

  /** Tries every member anew, whichever won before, and tells what became of each. Never rejects. */
  explain(scopes: string | string[], options?: GetTokenOptions): Promise<Explanation> {
    return this.#chain.explain(scopes, options)
  }

  /** Closes every member too. */
  close(): Promise<void> {
    return this.#chain.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function credentialName(credential: TokenCredential): string {
  const { name } = credential as { name?: unknown }
  return typeof name === 'string' && name !== '' ? name : credential.constructor?.name || 'TokenCredential'
}
