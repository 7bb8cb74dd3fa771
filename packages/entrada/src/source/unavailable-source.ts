import { CredentialUnavailableError, type Problem } from '../errors.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import type { CredentialContext } from './context.ts'

/**
 * The source of a credential that has no way to get tokens: it checks the call like any other source, then rejects with
 * the reason.
 */
export class UnavailableSource {
  readonly #context: CredentialContext
  readonly #problem: Omit<Problem, 'who'>
  #isClosed = false

  constructor(context: CredentialContext, { reason, remedy, kind }: Omit<Problem, 'who'>) {
    this.#context = context
    this.#problem = { reason, remedy, kind }
  }

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const { name } = this.#context
    if (this.#isClosed) throw new Error(`${name} is closed. Create a new credential, or close this one later.`)
    const { checkCall } = await import('./check-call.ts')
    await checkCall(name, scopes, options, this.#context)
    throw new CredentialUnavailableError({ who: name, ...this.#problem })
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
