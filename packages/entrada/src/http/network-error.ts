import { AuthenticationError } from '../errors.ts'
import { describeFailure, type HttpFailure } from './failure.ts'

/** The error for a request without a usable answer, with the real cause in its message. */
export function networkError(credential: string, url: string, failure: HttpFailure): AuthenticationError {
  if (failure.kind === 'tls') return tlsError(credential, failure)
  const { host } = new URL(url)
  const reached = /network|timeout|proxy/.test(failure.kind) ? 'could not be reached' : 'gave no usable answer'
  const remedy = 'Check the network, the proxy (HTTPS_PROXY), the certificates (NODE_EXTRA_CA_CERTS) and authorityHost.'
  const problem = { who: credential, reason: `${host} ${reached}: ${describeFailure(failure)}.`, remedy }
  const cause = failure.cause ?? failure
  return new AuthenticationError(0, { error: 'network_error' }, { ...problem, cause })
}

function tlsError(who: string, failure: HttpFailure): AuthenticationError {
  const remedy = 'Check that the key belongs to the certificate, and the passphrase. PKCS#12 has to be bytes.'
  return new AuthenticationError(
    0,
    { error: 'network_error' },
    { who, reason: `${failure.message}.`, remedy, cause: failure },
  )
}
