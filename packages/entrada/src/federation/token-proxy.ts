import { CredentialUnavailableError } from '../errors.ts'
import type { ClosableTransport } from '../http/transport.ts'
import type { Files } from '../runtime/files.ts'
import type { Env } from '../runtime/host.ts'

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
 * Reads the variables of AKS identity binding. `undefined` where none is set; throws `CredentialUnavailableError` for a set
 * that makes no sense.
 */
export function readTokenProxy(env: Env, credential: string): TokenProxy | undefined {
  const [proxy, sniName, file, data] = Object.values(variables).map((name) => env[name]?.trim() || undefined)
  const unavailable = (what: string): CredentialUnavailableError => {
    const mend = 'Let the workload identity webhook set them, or turn enableAzureProxy off.'
    return new CredentialUnavailableError(`${credential}: ${what} ${mend}`, { mend })
  }
  if (proxy === undefined) {
    if (sniName ?? file ?? data) throw unavailable(`${variables.proxy} is not set, and others that go with it are.`)
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

/** The way through the proxy. */
export interface TokenProxyTransport extends ClosableTransport {
  /** Rejects with `CredentialUnavailableError` while there is no authority to trust, which no retry would mend. */
  check(): Promise<void>
}

/**
 * A transport that sends every request to the proxy, over TLS with the proxy's own authority and name. The authority's
 * file is looked at for each request; while it is empty or unreadable, as during a rotation, the former one stays in use.
 */
export function tokenProxyTransport(
  proxy: TokenProxy,
  files: Files,
  env: Env,
  credential: string,
): TokenProxyTransport {
  let known: { stamp: string; ca: string } | undefined
  let current: { ca: string | undefined; opened: ClosableTransport } | undefined
  // Its requests may still be on their way; those of the one before it have long ended.
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
      const mend = `Check ${variables.caFile}.`
      const message = `${credential}: the authority of the token proxy can not be read from ${JSON.stringify(file)}. ${mend}`
      throw new CredentialUnavailableError(message, { mend, cause: error })
    }
  }

  return {
    async check() {
      await authority()
    },
    async transport(address, init) {
      // Nothing is awaited between the look at `current` and its replacement: two requests must not open one each.
      const [ca, { nodeTransport }] = await Promise.all([authority(), import('../http/node-transport.ts')])
      if (current === undefined || current.ca !== ca) {
        const { sniName: servername } = proxy
        const tlsOptions = { ...(ca === undefined ? {} : { ca }), ...(servername === undefined ? {} : { servername }) }
        former?.close()
        former = current?.opened
        // The proxy is in the cluster: no proxy of the environment stands before it.
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
  return `${proxy.origin}${proxy.pathname.replace(/\/+$/, '')}${url.pathname}${url.search}`
}
