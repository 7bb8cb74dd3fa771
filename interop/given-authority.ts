import type { CertificateAuthority } from '@entrada/emulator'
import { inject } from 'vitest'

/**
 * The authority that this process trusts (`testing/test-run.ts`). Clients that nobody here wrote have no other way to
 * be told of one than what Node reads when a process starts.
 */
export function givenAuthority(): CertificateAuthority {
  return inject('authority')
}
