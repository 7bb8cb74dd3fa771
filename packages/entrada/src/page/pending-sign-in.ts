import { parseObject } from '../oauth/token-response.ts'
import type { Page } from '../runtime/page.ts'

/** What a page has to know again when it comes back from a sign-in. */
export interface PendingSignIn {
  state: string
  nonce: string
  verifier: string
  redirectUri: string
  /** Origin. */
  authority: string
  tenantId: string
  clientId: string
  scopes: readonly string[]
  claims?: string
  enableCae: boolean
}

const name = 'entrada.sign-in'

/** Keeps it in the tab's storage: the tab may have one sign-in at a time. Throws where the browser allows no storage. */
export function savePending(page: Page, pending: PendingSignIn): void {
  page.storage().setItem(name, JSON.stringify(pending))
}

/** What was kept for a state, without touching it. */
export function readPending(page: Page, state: string): PendingSignIn | undefined {
  const pending = parseObject(page.storage().getItem(name) ?? '') as PendingSignIn | undefined
  return pending?.state === state ? pending : undefined
}

/** Forgets it: a state, a nonce and a verifier serve once. */
export function dropPending(page: Page): void {
  page.storage().removeItem(name)
}
