import { type SecondLevel, writeStore } from '../cache/second-level.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { base64urlOf } from '../oauth/base64url.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

/** As long as Entra ID keeps a refresh token that is used, in milliseconds. */
const accountLife = 90 * 24 * 3600_000

/** Writes who signed in next to their tokens, under their home account id. Not waited for. */
export function writeAccount(
  level: SecondLevel,
  record: AuthenticationRecord,
  { environment, now }: { environment: string; now: number },
): void {
  const { homeAccountId: partition, clientId } = record
  const key: TokenKey = { kind: 'account', partition, environment, clientId, cae: false }
  const secret = base64urlOf(JSON.stringify(record))
  writeStore(level, { key, secret, cachedAt: now, expiresAt: now + accountLife })
}

/** Removes what the store has of an account for a client. Rejects, and says so by an event, where it does not go. */
export async function forgetRecords(
  level: SecondLevel,
  name: string,
  account: { homeAccountId: string; environment: string; clientId: string },
): Promise<void> {
  const { homeAccountId, environment, clientId } = account
  try {
    const records = await level.store.list(homeAccountId)
    const own = records.filter(({ key }) => key.clientId === clientId && key.environment === environment)
    await Promise.all(own.map(({ key }) => level.store.delete(key)))
  } catch (error) {
    level.emit({ type: 'store-failed', operation: 'delete', error })
    const mend = 'Call signOut() again when it answers, or remove the records of the account there.'
    throw new Error(`${name}: signed out here, but the tokenStore keeps its records. ${mend}`, { cause: error })
  }
}
