import type { Check } from '../check.ts'
import type { FindingCode } from '../codes.ts'
import type { Finding } from '../finding.ts'
import type { ConnectionFailure, Reach } from '../reach.ts'
import { codesOf, responseIn } from '../refused.ts'

/** The way to the authority: name, proxy, connection, certificate, and who answers. */
export const connections: Check = {
  looksAt: 'the way to the authority',
  async run({ reached, tried, subject }) {
    if (subject.make === undefined) return []
    const reach = await reached()
    if (reach.authority === undefined) return []
    const found = faultIn(reach, new URL(reach.authority).hostname)
    if (found === undefined) return []
    // Managed identities and tools do not need this machine to reach it, and nor does who is not set up at all.
    const { error, isLate } = await tried()
    const response = responseIn(error)
    const isStrange = found.code === 'authority-strange' && response !== undefined && codesOf(error).length === 0
    const isSilent = isLate && reach.isLate === true
    const isTheCause = isSilent || response?.error === 'network_error' || isStrange
    return [{ ...found, severity: isTheCause ? 'error' : 'info' }]
  },
}

function faultIn(
  { malformedProxy, proxy, failure, answer, isLate, presented }: Reach,
  host: string,
): Finding | undefined {
  if (malformedProxy !== undefined) {
    return fault(
      'proxy-malformed',
      `${malformedProxy} is not the address of a proxy.`,
      'Credentials go to the authority through it.',
      `Write it so: ${malformedProxy}=http://proxy.example:3128`,
    )
  }
  if (isLate) {
    const through = proxy === undefined ? '' : `, through the proxy ${proxy.address} of ${proxy.variable}`
    return fault(
      'authority-silent',
      `${host} does not answer in time${through}.`,
      'A firewall drops the request, or the network is slow.',
      `Let this machine reach ${host} on port 443${proxy === undefined ? ', or set HTTPS_PROXY' : ''}.`,
    )
  }
  if (failure !== undefined)
    return proxy === undefined ? ofAuthority(failure, host, presented) : throughProxy(failure, host, proxy)
  if (answer !== undefined && !answer.isJson) {
    return fault(
      'authority-strange',
      `What answers at ${host} is not Entra ID (HTTP ${answer.status}, and no JSON).`,
      'A captive portal, a firewall’s page or another service stands in between.',
      'Look at the page in a browser: sign in to the network, or correct AZURE_AUTHORITY_HOST.',
    )
  }
  return undefined
}

function throughProxy(
  failure: ConnectionFailure,
  host: string,
  { address, variable }: NonNullable<Reach['proxy']>,
): Finding {
  const { statusCode, code } = failure
  if (statusCode === 407) {
    return fault(
      'proxy-authentication',
      `The proxy ${address} of ${variable} wants a user name and a password (HTTP 407).`,
      'The variable has none that it accepts.',
      `Put them into it: ${variable}=${address.replace('://', '://USER:PASSWORD@')}`,
    )
  }
  if (statusCode !== undefined) {
    return fault(
      'proxy-refused',
      `The proxy ${address} of ${variable} refuses to connect to ${host} (HTTP ${statusCode}).`,
      'Its rules do not allow the host.',
      `Have ${host}:443 allowed there, or add it to NO_PROXY if it can be reached directly.`,
    )
  }
  if (isOfCertificate(code)) return ofAuthority(failure, host, undefined)
  return fault(
    'proxy-unreachable',
    `The proxy ${address} of ${variable} cannot be reached (${code || failure.message}).`,
    `Everything for ${host} goes through it.`,
    `Correct ${variable}, or name ${host} in NO_PROXY if it can be reached directly.`,
  )
}

function ofAuthority({ code, message }: ConnectionFailure, host: string, presented: Reach['presented']): Finding {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL') {
    return fault(
      'dns-failed',
      `The name ${host} cannot be resolved (${code}).`,
      'The name is misspelt, or the DNS server of this machine does not know it.',
      'Look at the DNS servers of this machine or container, the VPN, and AZURE_AUTHORITY_HOST.',
      `nslookup ${host}`,
    )
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fault(
      'tls-name-mismatch',
      `The certificate presented by ${host} is for another host.`,
      message.slice(0, 300),
      'Look what answers there: a proxy, a private endpoint, or an entry of /etc/hosts.',
    )
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const dates = presented === undefined ? '' : ` It is valid from ${presented.validFrom} to ${presented.validTo}.`
    return fault(
      'tls-certificate-expired',
      `The certificate presented by ${host} ${code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'}.`,
      `Either that is so, or this machine’s clock is wrong.${dates}`,
      'Compare the clock of this machine with a time server.',
    )
  }
  if (isOfCertificate(code)) {
    const by =
      presented === undefined ? 'somebody who is not trusted here' : `“${presented.issuer}”, which is not trusted here`
    return fault(
      'tls-issuer-unknown',
      `The certificate presented by ${host} is issued by ${by} (${code}).`,
      'A proxy or firewall that looks into TLS presents certificates of its own; Node does not read the system’s authorities.',
      'Save that authority as PEM, and name it before the program starts: NODE_EXTRA_CA_CERTS=/path/to/it.pem.',
    )
  }
  return fault(
    'connection-failed',
    `${host} cannot be reached (${code || message}).`,
    code === 'ECONNREFUSED'
      ? 'Nobody listens at that address and port.'
      : 'The connection breaks, or no route leads there.',
    `Let this machine reach ${host}, or set HTTPS_PROXY or AZURE_AUTHORITY_HOST.`,
  )
}

function isOfCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER/.test(code)
}

function fault(code: FindingCode, what: string, why: string, change: string, run?: string): Finding {
  const follows: readonly FindingCode[] = ['no-credential', 'refused', 'service-unavailable', 'ended-early']
  return { code, severity: 'error', what, why, change, ...(run === undefined ? {} : { run }), explains: follows }
}
