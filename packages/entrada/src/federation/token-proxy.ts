import { CredentialUnavailableError } from '../errors.ts'
import type { ClosableTransport } from '../http/transport.ts'
import { type Env, settingOf } from '../runtime/environment.ts'
import type { Files } from '../runtime/files/files.ts'
import type { Quote } from '../runtime/quoted.ts'

/** How a pod reaches the token proxy of AKS identity binding. */
export interface TokenProxy {
  url: URL
  sniName: string | undefined
  ca: { file: string } | { data: string } | undefined
}

const variables = {
  proxy: 'AZURE_KUBERNETES_TOKEN_PROXY',
  sniName: 'AZURE_KUBERNETES_SNI_NAME',
  caFile: 'AZURE_KUBERNETES_CA_FILE',
  caData: 'AZURE_KUBERNETES_CA_DATA',
} as const

/**
 * Reads the variables of AKS identity binding. `undefined` if none is set; throws `CredentialUnavailableError` for a
 * combination that makes no sense.
 */
export function readTokenProxy(env: Env, credential: string): TokenProxy | undefined {
  const [proxy, sniName, file, data] = Object.values(variables).map((name) => settingOf(env, name))
  const unavailable = (what: string): CredentialUnavailableError => {
    const remedy = 'Let the workload identity webhook set them, or turn enableAzureProxy off.'
    return new CredentialUnavailableError({ who: credential, reason: what, remedy })
  }
  if (proxy === undefined) {
    if (sniName ?? file ?? data) throw unavailable(`${variables.proxy} is not set, but others that go with it are.`)
    return undefined
  }
  if (file !== undefined && data !== undefined)
    throw unavailable(`${variables.caFile} and ${variables.caData} are both set.`)
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined
  if (url?.protocol !== 'https:') throw unavailable(`${variables.proxy} is not an https URL.`)
  if (url.username || url.password || url.search || url.hash || proxy.includes('@')) {
    throw unavailable(`${variables.proxy} has a user name, a query or a fragment in it.`)
  }
  const ca = file === undefined ? data && { data } : { file }
  return { url, sniName, ca: ca || undefined }
}

/** The transport through the proxy. */
export interface TokenProxyTransport extends ClosableTransport {
  /**
   * Rejects with `CredentialUnavailableError` while there is no certificate authority to trust: a retry would not help.
   */
  check(): Promise<void>
}

/**
 * A transport that sends every request to the proxy, over TLS with the proxy's own certificate authority and server
 * name. The authority's file is checked for each request; while it is empty or unreadable, as during a rotation, the
 * previous one stays in use.
 */
export function tokenProxyTransport(
  proxy: TokenProxy,
  { files, env }: { files: Files; env: Env },
  credential: string,
  quote: Quote,
): TokenProxyTransport {
  let known: { stamp: string; ca: string } | undefined
  let current: { ca: string | undefined; opened: ClosableTransport } | undefined
  // Its requests may still be in progress; those of its predecessor ended long ago.
  let former: ClosableTransport | undefined

  async function authority(): Promise<string | undefined> {
    if (proxy.ca === undefined || 'data' in proxy.ca) return proxy.ca?.data
    const { file } = proxy.ca
    try {
      const stamp = await files.stamp(file)
      if (known?.stamp === stamp) return known.ca
      const ca = new TextDecoder().decode(await files.read(file))
      if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw new Error('there is no certificate in it')
      known = { stamp, ca }
      return ca
    } catch (error) {
      if (known !== undefined) return known.ca
      const remedy = `Check ${variables.caFile}.`
      const problem = {
        who: credential,
        reason: `the certificate authority of the token proxy cannot be read from ${quote(file)}.`,
        remedy,
      }
      throw new CredentialUnavailableError(problem, { cause: quote(file).startsWith('"') ? error : undefined })
    }
  }

  return {
    async check() {
      await authority()
    },
    async transport(address, init) {
      // There is no `await` between checking `current` and replacing it: two requests must not each open one.
      const { loadNodeTransport } = await import('../http/load-node-transport.ts')
      const [ca, nodeTransport] = await Promise.all([authority(), loadNodeTransport()])
      if (current === undefined || current.ca !== ca) {
        const { sniName: servername } = proxy
        const tlsOptions = { ...(ca === undefined ? {} : { ca }), ...(servername === undefined ? {} : { servername }) }
        former?.close()
        former = current?.opened
        // The proxy is in the cluster, so it is not reached through the environment's HTTP proxy.
        current = { ca, opened: nodeTransport({ tlsOptions, env: { ...env, NO_PROXY: '*', no_proxy: '*' } }) }
      }
      const { transport } = current.opened
      return transport(throughProxy(proxy.url, new URL(address)), init)
    },
    close() {
      former?.close()
      current?.opened.close()
    },
  }
}

/** The proxy's scheme and host, its path before the request's own, and the request's query. */
function throughProxy(proxy: URL, url: URL): string {
  return `${proxy.origin}${proxy.pathname.replace(/(?<!\/)\/+$/, '')}${url.pathname}${url.search}`
}
