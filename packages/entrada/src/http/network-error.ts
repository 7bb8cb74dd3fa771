import { AuthenticationError } from '../errors.ts'
import { sentence } from '../runtime/one-line.ts'
import { describeFailure, type HttpFailure, isRefusedByProxy } from './failure.ts'

const remedies: Readonly<Record<Exclude<HttpFailure['kind'], 'tls'>, string>> = {
  network: 'Check the network, the proxy (HTTPS_PROXY), the certificates (NODE_EXTRA_CA_CERTS) and authorityHost.',
  timeout: 'Check the network, the proxy (HTTPS_PROXY) and authorityHost.',
  proxy: 'Correct the variable, or unset it.',
  redirect: 'Check authorityHost, and any proxy or gateway on the way to it.',
  'too-large': 'Check authorityHost, and any proxy or gateway on the way to it.',
  malformed: 'Check the option fetch or httpClient.',
}

const throughProxy =
  'Check the proxy (HTTPS_PROXY or proxyOptions), the network, the certificates (NODE_EXTRA_CA_CERTS) and authorityHost.'
const refusedByProxy =
  'Check HTTPS_PROXY or proxyOptions: the user name, the password, and whether the proxy lets this host through.'

/** No host has a longer name, and an option may hold anything. */
const longestHost = 255

/** The error for a request without a usable answer, with the real cause in its message. */
export function networkError(credential: string, url: string, failure: HttpFailure): AuthenticationError {
  if (failure.kind === 'tls') return tlsError(credential, failure)
  const { kind, proxy } = failure
  const host = new URL(url).host.slice(0, longestHost)
  const way = proxy === undefined ? '' : ` through the proxy ${proxy}`
  const reached = /network|timeout|proxy/.test(kind) ? 'could not be reached' : 'gave no usable answer'
  const why = describeFailure(failure)
  const usual = proxy === undefined ? remedies[kind] : throughProxy
  const remedy = isRefusedByProxy(failure) ? refusedByProxy : usual
  const problem = { who: credential, reason: `${host} ${reached}${way}: ${sentence(why)}`, remedy }
  return new AuthenticationError(0, { error: 'network_error' }, { ...problem, cause: failure.cause ?? failure })
}

function tlsError(who: string, failure: HttpFailure): AuthenticationError {
  const remedy = 'Check that the key belongs to the certificate, and the passphrase. PKCS#12 has to be bytes.'
  const problem = { who, reason: `${failure.message}.`, remedy, cause: failure }
  return new AuthenticationError(0, { error: 'network_error' }, problem)
}
