import type { TokenKey } from '../cache/token-store.ts'
import { entriesOf, type MsalDocument, textField } from './document.ts'
import { holderOf, tokenSections } from './record-entry.ts'
import { isProjected } from './records.ts'

/** The keys of all tokens that the document has of a partition (`app`, or a home account id), each once. */
export function listMsalKeys(document: MsalDocument, partition: string, cae: boolean): TokenKey[] {
  const kinds = Object.keys(tokenSections) as (keyof typeof tokenSections)[]
  const keys = new Map<string, TokenKey>()
  for (const kind of kinds) {
    for (const [, entry] of entriesOf(document, tokenSections[kind])) {
      const environment = textField(entry, 'environment')
      const clientId = textField(entry, 'client_id')
      if (environment === undefined || clientId === undefined) continue
      const realm = kind === 'refresh' ? undefined : textField(entry, 'realm')
      const target =
        kind === 'access' ? textField(entry, 'target')?.split(' ').filter(Boolean).sort().join(' ') : undefined
      const key: TokenKey = { kind, partition, environment, clientId, cae }
      if (realm !== undefined) key.realm = realm
      if (target !== undefined) key.target = target
      const isHis = (textField(entry, 'home_account_id') ?? '').toLowerCase() === holderOf(key).toLowerCase()
      if (isHis && isProjected(key)) keys.set(JSON.stringify(key), key)
    }
  }
  return [...keys.values()]
}
