import type { Member, MemberHooks } from '../chain/ask-members.ts'
import { Chain } from '../chain/chain.ts'
import { WinnersByCall } from '../chain/winners.ts'
import type { UnnamedEvent } from '../events.ts'
import { hostOf } from '../runtime/host.ts'
import { eventSink } from '../runtime/log/event-sink.ts'
import { quoteFor } from '../runtime/quoted.ts'
import type { EntradaCredential, TokenCredential } from '../types.ts'
import { ChainCredential } from './chain-credential.ts'
import { Credential, sourceOf } from './credential.ts'

/**
 * Asks several credentials in order. For each kind of call (scopes, tenant, CAE), it stays with the first that has a
 * token for as long as that token is valid. Any object with `getToken` can be a member, whichever library it comes
 * from. `close()` closes the members too.
 *
 * `getToken` rejects with `AggregateAuthenticationError` if every member is unavailable, or with the error of the first
 * member that was refused; both carry `attempts`.
 *
 * ```ts
 * new ChainedTokenCredential(new ManagedIdentityCredential(), new AzureCliCredential())
 * ```
 */
export class ChainedTokenCredential extends ChainCredential {
  /** @throws TypeError for an empty chain, or a member without `getToken`. */
  constructor(...sources: TokenCredential[]) {
    super('ChainedTokenCredential', (name) => {
      if (sources.length === 0) {
        throw new TypeError(`${name}: the chain is empty. Pass the credentials to try, in order.`)
      }
      for (const [index, source] of sources.entries()) {
        if (typeof source?.getToken !== 'function') {
          throw new TypeError(`${name}: member ${index + 1} has no getToken. Pass objects that are credentials.`)
        }
      }
      const host = hostOf(undefined)
      const { now, monotonic, env } = host
      const sink = eventSink(undefined, host)
      const options = {
        name,
        members: sources.map(memberOf),
        monotonic,
        emit: (event: UnnamedEvent) => sink(name, event),
        quote: quoteFor([], env),
        release: () => undefined,
      }
      return new Chain(options, new WinnersByCall(now))
    })
  }
}

/**
 * Only this library's credentials have hooks, and only if nobody has replaced their `getToken`, for example to spy on
 * the calls.
 */
function memberOf(credential: TokenCredential): Member {
  const name = credentialName(credential)
  const own: unknown[] = [Credential.prototype.getToken, ChainCredential.prototype.getToken]
  if (!own.includes(credential.getToken)) return { name, credential }
  return { name, credential, hooks: sourceOf<MemberHooks>(credential as EntradaCredential) }
}

function credentialName(credential: TokenCredential): string {
  const { name } = credential as { name?: unknown }
  return typeof name === 'string' && name !== '' ? name : credential.constructor?.name || 'TokenCredential'
}
