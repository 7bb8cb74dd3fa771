import type { CredentialUnavailableError } from '../errors.ts'
import { abortError } from '../runtime/abort.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import { checkCall } from './check-call.ts'
import type { CredentialContext } from './context.ts'

/** Stands where a credential has nothing to get tokens with: checks the call as the others do, then says why. */
export class UnavailableSource {
  readonly #context: CredentialContext
  readonly #error: CredentialUnavailableError
  #isClosed = false

  constructor(context: CredentialContext, error: CredentialUnavailableError) {
    this.#context = context
    this.#error = error
  }

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const { name } = this.#context
    if (this.#isClosed) throw new Error(`${name} is closed. Create a new credential, or close this one later.`)
    const { wait } = checkCall(name, scopes, options)
    if (wait.signal?.aborted === true) throw abortError(`${name}: the caller aborted getToken.`)
    throw this.#error
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    await this.getToken(scopes, options)
    throw this.#error
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#context.close()
  }
}
