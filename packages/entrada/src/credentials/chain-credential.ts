import type { Chain, Explanation } from '../chain/chain.ts'
import { inSpan } from '../source/tracing.ts'
import type { AccessToken, GetTokenOptions } from '../types.ts'
import { Credential, sourceOf } from './credential.ts'

/** The base of the chains, which also report which member had a token, and why the others had none. */
export abstract class ChainCredential extends Credential<GetTokenOptions, Chain> {
  /**
   * The same as in the base, so that this call site only ever sees chains: JavaScript engines optimize one that sees
   * several classes less well.
   */
  override getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const chain = sourceOf<Chain>(this)
    try {
      return chain.peek(scopes, options) ?? inSpan(this, 'getToken', options, (asked) => chain.getToken(scopes, asked))
    } catch (error) {
      // What is thrown before there is a promise comes from the arguments.
      return import('../source/unreadable-call.ts').then(({ unreadableCall }) => unreadableCall(this.name, error))
    }
  }

  /** Name of the credential that was chosen last, because it had a token. `undefined` until there is one. */
  get selected(): string | undefined {
    return sourceOf<Chain>(this).selected
  }

  /**
   * For diagnosis: asks the members again, in order and without using what is remembered from earlier calls, until one
   * has a token, and reports what happened with each. Which member `getToken` uses does not change. Never rejects.
   */
  explain(scopes: string | string[], options?: GetTokenOptions): Promise<Explanation> {
    return sourceOf<Chain>(this).explain(scopes, options)
  }
}
