import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'

/** Where a credential's tokens come from: the object that the credential passes its calls on to. */
export interface CredentialSource<Options extends GetTokenOptions = GetTokenOptions> {
  /**
   * The fresh token in memory, if it can simply be returned; otherwise `undefined`, and `getToken` does the rest. Never
   * throws. This is the hot path: no I/O except what the source documents, no new string, no new promise.
   */
  peek?(scopes: string | string[], options?: Options): Promise<AccessToken> | undefined
  getToken(scopes: string | string[], options?: Options): Promise<AccessToken>
  getTokenInfo(scopes: string | string[], options?: Options): Promise<AccessTokenInfo>
  /** Rejects waiting callers, ends background work, and closes what the source owns. Safe to call twice. */
  close(): Promise<void>
}
