import { parseObject } from '../oauth/token-response.ts'
import type { Page } from '../runtime/page.ts'

/** What a page needs to remember until it comes back from a sign-in. */
export interface PendingSignIn {
  state: string
  nonce: string
  verifier: string
  redirectUri: string
  /** The origin of the authority. */
  authority: string
  tenantId: string
  clientId: string
  scopes: readonly string[]
  claims?: string
  enableCae: boolean
}

const name = 'entrada.sign-in'

/**
 * Saves it in the tab's storage: a tab can have only one sign-in at a time. Throws if the browser allows no storage.
 */
export function savePending(page: Page, pending: PendingSignIn): void {
  page.storage().setItem(name, JSON.stringify(pending))
}

/** What was saved for a state. It stays in the storage. */
export function readPending(page: Page, state: string): PendingSignIn | undefined {
  const pending = parseObject(page.storage().getItem(name) ?? '') as PendingSignIn | undefined
  return pending?.state === state ? pending : undefined
}

/** Deletes it: a state, a nonce and a verifier are used only once. */
export function dropPending(page: Page): void {
  page.storage().removeItem(name)
}
