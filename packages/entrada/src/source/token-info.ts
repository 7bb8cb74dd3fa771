import type { AccessToken, AccessTokenInfo } from '../types.ts'

/** The same token in Python's shape, with the name of the credential that produced it. */
export function tokenInfo(access: AccessToken, credential: string): AccessTokenInfo {
  const { token, expiresOnTimestamp, refreshAfterTimestamp, tokenType = 'Bearer' } = access
  const refresh = refreshAfterTimestamp === undefined ? {} : { refreshOn: Math.floor(refreshAfterTimestamp / 1000) }
  return { token, expiresOn: Math.floor(expiresOnTimestamp / 1000), ...refresh, tokenType, credential }
}
