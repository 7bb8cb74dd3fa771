import { type StoreAccess, writeLasting } from '../cache/store-access.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { base64urlOf } from '../runtime/base64url.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import type { AuthenticationRecord } from './authentication-record.ts'

/** Writes who signed in next to their tokens, under their home account id. Returns without waiting for the write. */
export function writeAccount(
  level: StoreAccess,
  record: AuthenticationRecord,
  { environment, now }: { environment: string; now: number },
): void {
  const { homeAccountId: partition, clientId } = record
  const key: TokenKey = { kind: 'account', partition, environment, clientId, cae: false }
  const secret = base64urlOf(JSON.stringify(record))
  void writeLasting(level, { key, secret }, now)
}

/** Removes an account's records for a client from the store. If that fails, it rejects and emits an event. */
export async function forgetRecords(
  level: StoreAccess,
  name: string,
  account: { homeAccountId: string; environment: string; clientId: string },
): Promise<void> {
  const { homeAccountId, environment, clientId } = account
  try {
    const records = await level.store.list(homeAccountId)
    const own = records.filter(({ key }) => key.clientId === clientId && key.environment === environment)
    await Promise.all(own.map(({ key }) => level.store.delete(key)))
  } catch (error) {
    level.emit({ type: 'store-failed', operation: 'delete', error: rebuilt(error) })
    const remedy = 'Call signOut() again when the store responds, or remove the account there by hand.'
    throw new Error(`${name}: signed out here, but the tokenStore still has its records. ${remedy}`, { cause: error })
  }
}
