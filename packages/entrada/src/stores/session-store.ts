import { type TokenKey, type TokenRecord, type TokenStore, tokenKeyText } from '../cache/token-store.ts'
import type { PageStorage } from '../runtime/page.ts'
import { isBelievable } from './record-life.ts'

const prefix = 'entrada.token:'

/** A store in a web page's `sessionStorage`: its content is lost when the tab is closed, and no other tab sees it. */
export interface SessionTokenStore extends TokenStore {
  /** The record of the account that last signed in to an application. */
  lastAccount(environment: string, clientId: string): TokenRecord | undefined
}

/** `storage` throws if the browser forbids it: then every method rejects, and the credential works without a store. */
export function sessionTokenStore(storage: () => PageStorage, now: () => number): SessionTokenStore {
  function read(name: string): TokenRecord | undefined {
    const record = parsed(storage().getItem(name))
    if (record === undefined || (record.expiresAt > now() && isBelievable(record, now()))) return record
    storage().removeItem(name)
    return undefined
  }

  function records(): TokenRecord[] {
    const held = storage()
    const names = Array.from({ length: held.length }, (_, index) => held.key(index) ?? '')
    return names.filter((name) => name.startsWith(prefix)).flatMap((name) => read(name) ?? [])
  }

  return {
    get: async (key: TokenKey) => read(prefix + tokenKeyText(key)),
    set: async (record: TokenRecord) => storage().setItem(prefix + tokenKeyText(record.key), JSON.stringify(record)),
    delete: async (key: TokenKey) => storage().removeItem(prefix + tokenKeyText(key)),
    list: async (partition: string) => records().filter(({ key }) => key.partition === partition),
    lastAccount(environment, clientId) {
      const isTheirs = ({ key }: TokenRecord): boolean =>
        key.kind === 'account' && key.environment === environment && key.clientId === clientId
      return records()
        .filter(isTheirs)
        .sort((one, other) => other.cachedAt - one.cachedAt)[0]
    },
  }
}

/** The page's scripts can write here too, so anything that is not a record is ignored. */
function parsed(text: string | null): TokenRecord | undefined {
  try {
    const record = JSON.parse(text ?? '') as TokenRecord | null
    return typeof record?.key === 'object' && record.key !== null ? record : undefined
  } catch {
    return undefined
  }
}
