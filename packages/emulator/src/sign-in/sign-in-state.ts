import { createSealer, type Sealer } from '../token/sealed-values.ts'

/**
 * What browsers carry for the sign-in pages, so that nothing has to be kept here: their session, in a cookie, and what
 * a form continues, in a hidden field. Neither opens as the other.
 */
export interface SignInState {
  sessions: Sealer
  forms: Sealer
}

export function createSignInState(): SignInState {
  return { sessions: createSealer('S1.'), forms: createSealer('F1.') }
}
