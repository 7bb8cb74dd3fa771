import { making } from '../runtime/log/event-sink.ts'
import type { CredentialSource } from '../source/credential-source.ts'
import { inSpan } from '../source/tracing.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'

/**
 * The property that holds a credential's source. It is a symbol, not a private field, so that `new Proxy(credential,
 * {})` works, which monitoring agents use. Secrets are in the source's closures and private fields.
 */
const source: unique symbol = /* @__PURE__ */ Symbol('source')

/** The base of every credential class: a name, and four methods that pass each call on to the source of its tokens. */
export abstract class Credential<
  Options extends GetTokenOptions = GetTokenOptions,
  Source extends CredentialSource<Options> = CredentialSource<Options>,
> implements EntradaCredential
{
  /** Name of the class. A minifier does not change it. */
  readonly name: string

  /** `open` checks the arguments of the subclass and makes its source. The constructor throws whatever it throws. */
  constructor(name: string, open: (name: string) => Source) {
    this.name = name
    making.of = this
    Object.defineProperty(this, source, { value: open(name) })
    polyfillAsyncDispose(this)
  }

  /**
   * Resolves to a token for the scopes: the cached one while it is valid, or else a new one.
   *
   * @param scopes - One scope or several, such as `https://graph.microsoft.com/.default`.
   * @throws CredentialUnavailableError if the credential cannot be used here, `AuthenticationError` if it was refused,
   * `TypeError` for malformed arguments, an error named `AbortError` once `abortSignal` is aborted.
   */
  getToken(scopes: string | string[], options?: Options): Promise<AccessToken> {
    const source = sourceOf<Source>(this)
    try {
      return (
        source.peek?.(scopes, options) ?? inSpan(this, 'getToken', options, (asked) => source.getToken(scopes, asked))
      )
    } catch (error) {
      // What is thrown before there is a promise comes from the arguments.
      return import('../source/unreadable-call.ts').then(({ unreadableCall }) => unreadableCall(this.name, error))
    }
  }

  /** The same token with the name of the credential that produced it, and with times in seconds since the epoch. */
  getTokenInfo(scopes: string | string[], options?: Options): Promise<AccessTokenInfo> {
    return sourceOf<Source>(this).getTokenInfo(scopes, options)
  }

  /** Rejects waiting callers, ends background work and closes the connections. Safe to call twice. */
  close(): Promise<void> {
    return sourceOf<Source>(this).close()
  }

  /** Closes the credential at the end of the block: `await using credential = …`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** The source that a credential's class has opened. */
export function sourceOf<Source>(credential: EntradaCredential): Source {
  return (credential as unknown as { readonly [source]: Source })[source]
}

/**
 * For runtimes without `Symbol.asyncDispose`: adds the method to the object under the registered symbol, which
 * polyfills agree on. On other runtimes the class's own method is enough, and this does nothing.
 */
function polyfillAsyncDispose(closable: { close(): Promise<void> }): void {
  if ((Symbol as { asyncDispose?: symbol }).asyncDispose !== undefined) return
  Object.defineProperty(closable, Symbol.for('Symbol.asyncDispose'), { value: () => closable.close() })
}
