import { type MsalDocument, setEntry } from './document.ts'

/** Somebody who has signed in, as a sign-in tells. */
export interface SignedInAccount {
  /** `object.tenant`. */
  homeAccountId: string
  environment: string
  /** The tenant that was signed in to. */
  realm: string
  username: string
  /** The user's object in that tenant. */
  localAccountId: string
}

/** Writes who has signed in: other programs look for the account first, and for its tokens then. */
export function writeMsalAccount(document: MsalDocument, account: SignedInAccount): void {
  const { homeAccountId, environment, realm, username, localAccountId } = account
  const key = [homeAccountId, environment, realm].join('-').toLowerCase()
  const authority = { authority_type: realm === 'adfs' ? 'ADFS' : 'MSSTS' }
  const who = { home_account_id: homeAccountId, environment, realm, username, local_account_id: localAccountId }
  setEntry(document, 'Account', key, { ...who, ...authority })
}
