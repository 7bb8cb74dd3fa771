import { CredentialUnavailableError } from '../errors.ts'
import { abortError } from '../runtime/abort.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import { checkCall } from './check-call.ts'
import type { CredentialContext } from './context.ts'
import { tokenInfo } from './credential.ts'

/** Stands where a credential has nothing to get tokens with: checks the call as the others do, then says why. */
export class UnavailableSource {
  readonly #context: CredentialContext
  readonly #reason: string
  readonly #mend: string
  #isClosed = false

  constructor(context: CredentialContext, { reason, mend }: { reason: string; mend: string }) {
    this.#context = context
    this.#reason = reason
    this.#mend = mend
  }

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const { name } = this.#context
    if (this.#isClosed) throw new Error(`${name} is closed. Create a new credential, or close this one later.`)
    const { wait } = checkCall(name, scopes, options)
    if (wait.signal?.aborted === true) throw abortError(`${name}: the caller aborted getToken.`)
    const mend = this.#mend
    throw new CredentialUnavailableError(`${name}: ${this.#reason} ${mend}`, { mend })
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return tokenInfo(await this.getToken(scopes, options), this.#context.name)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#context.close()
  }
}
