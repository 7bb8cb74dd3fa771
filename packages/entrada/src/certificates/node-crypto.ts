import { builtin } from '../runtime/builtin.ts'
import { CertificateFault } from './certificate.ts'

/** Whether Node's cryptography is available, including its support for certificates. */
export function hasNodeCrypto(): boolean {
  return typeof builtin('node:crypto')?.X509Certificate === 'function'
}

/** Node's cryptography, without which no key can be read. Throws a `CertificateFault` if it is not available. */
export function nodeCrypto(): typeof import('node:crypto') {
  if (hasNodeCrypto()) return builtin('node:crypto') as typeof import('node:crypto')
  throw new CertificateFault(
    'this runtime cannot read keys, because it has no node:crypto',
    'Pass { certificate, sign } with a function that signs, or enable the Node API (nodejs_compat).',
  )
}
