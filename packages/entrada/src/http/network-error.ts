import { AuthenticationError } from '../errors.ts'
import { describeFailure, type HttpFailure } from './failure.ts'

/** The error of a request that brought no answer, with the real cause in its message. */
export function networkError(credential: string, url: string, failure: HttpFailure): AuthenticationError {
  const { host } = new URL(url)
  const reached = /network|timeout|proxy/.test(failure.kind) ? 'could not be reached' : 'gave no usable answer'
  const mend = 'Check the network, the proxy (HTTPS_PROXY), the certificates (NODE_EXTRA_CA_CERTS) and authorityHost.'
  const message = `${credential}: ${host} ${reached}: ${describeFailure(failure)}. ${mend}`
  const cause = failure.cause ?? failure
  return new AuthenticationError(0, { error: 'network_error', errorDescription: message }, { message, mend, cause })
}
