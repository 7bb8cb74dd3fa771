import { readFileSync } from 'node:fs'
import type { CertificateAuthority } from '@entrada/emulator'

/**
 * The authority that this process trusts: made by the tests' launcher before the process started, because Node reads
 * `NODE_EXTRA_CA_CERTS` only then. Clients that nobody here wrote have no other way to be told of one.
 */
export function givenAuthority(): CertificateAuthority {
  const path = process.env.ENTRADA_TEST_CA
  if (path === undefined) {
    throw new Error('ENTRADA_TEST_CA is not set. Run these tests with: node scripts/test.mjs --only vitest interop')
  }
  return JSON.parse(readFileSync(path, 'utf8'))
}
