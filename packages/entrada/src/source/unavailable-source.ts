import { CredentialUnavailableError } from '../errors.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import type { CredentialContext } from './context.ts'

/**
 * The source of a credential that has no way to get tokens: it checks the call like any other source, then rejects with
 * the reason.
 */
export class UnavailableSource {
  readonly #context: CredentialContext
  readonly #reason: string
  readonly #remedy: string
  #isClosed = false

  constructor(context: CredentialContext, { reason, remedy }: { reason: string; remedy: string }) {
    this.#context = context
    this.#reason = reason
    this.#remedy = remedy
  }

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const { name } = this.#context
    if (this.#isClosed) throw new Error(`${name} is closed. Create a new credential, or close this one later.`)
    const { checkCall } = await import('./check-call.ts')
    await checkCall(name, scopes, options, this.#context)
    const remedy = this.#remedy
    throw new CredentialUnavailableError({ who: name, reason: this.#reason, remedy })
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    const access = await this.getToken(scopes, options)
    return (await import('./token-info.ts')).tokenInfo(access, this.#context.name)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#context.close()
  }
}
