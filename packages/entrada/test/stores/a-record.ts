import type { TokenKey, TokenRecord } from 'entrada/store'

/** The time of the tests of stores, in milliseconds since the epoch. */
export const start: number = Date.UTC(2030, 0, 1)

export const key: TokenKey = {
  kind: 'access',
  partition: 'ada.contoso',
  environment: 'login.example',
  clientId: 'client',
  realm: 'tenant',
  target: 'scope',
  cae: false,
}

/** A record that lasts an hour. */
export function aRecord(secret: string, fields: Partial<TokenRecord> = {}): TokenRecord {
  return { key, secret, tokenType: 'Bearer', cachedAt: start, expiresAt: start + 3_600_000, ...fields }
}
