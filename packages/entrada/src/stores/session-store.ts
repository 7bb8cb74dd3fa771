import { type TokenKey, type TokenRecord, type TokenStore, tokenKeyText } from '../cache/token-store.ts'
import type { PageStorage } from '../runtime/page.ts'

const prefix = 'entrada.token:'

/** A store in a web page's `sessionStorage`: what it holds ends with the tab, and no other tab sees it. */
export interface SessionTokenStore extends TokenStore {
  /** The account that signed in last to an application, as it was written. */
  lastAccount(environment: string, clientId: string): TokenRecord | undefined
}

/** `storage` throws where the browser allows none: then every method rejects, and the credential does without. */
export function sessionTokenStore(storage: () => PageStorage, now: () => number): SessionTokenStore {
  function read(name: string): TokenRecord | undefined {
    const record = parsed(storage().getItem(name))
    if (record === undefined || record.expiresAt > now()) return record
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

/** Scripts of the page can write here too: what is no record counts as none. */
function parsed(text: string | null): TokenRecord | undefined {
  try {
    const record = JSON.parse(text ?? '') as TokenRecord | null
    return typeof record?.key === 'object' && record.key !== null ? record : undefined
  } catch {
    return undefined
  }
}
