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

/**
 * A transport that sends every request to the proxy, over TLS with the proxy's own authority and name. The authority's
 * file is looked at for each request; while it is empty or unreadable, as during a rotation, the former one stays in use.
 */
export function tokenProxyTransport(proxy: TokenProxy, files: Files, env: Env, credential: string): ClosableTransport {
  let current: { ca: string | undefined; opened: ClosableTransport } | undefined
  let stamp: string | undefined

  async function authority(): Promise<string | undefined> {
    if (proxy.ca === undefined || 'data' in proxy.ca) return proxy.ca?.data
    const { file } = proxy.ca
    try {
      const seen = await files.stamp(file)
      if (seen === stamp) return current?.ca
      const text = new TextDecoder().decode(await files.read(file))
      if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('there is no certificate in it')
      stamp = seen
      return text
    } catch (error) {
      if (current !== undefined) return current.ca
      const mend = `Check ${variables.caFile}.`
      const message = `${credential}: the authority of the token proxy can not be read from ${JSON.stringify(file)}. ${mend}`
      throw new CredentialUnavailableError(message, { mend, cause: error })
    }
  }

  return {
    async transport(address, init) {
      const ca = await authority()
      if (current === undefined || current.ca !== ca) {
        const { nodeTransport } = await import('../http/node-transport.ts')
        current?.opened.close()
        const { sniName: servername } = proxy
        const tlsOptions = { ...(ca === undefined ? {} : { ca }), ...(servername === undefined ? {} : { servername }) }
        // The proxy is in the cluster: no proxy of the environment stands before it.
        current = { ca, opened: nodeTransport({ tlsOptions, env: { ...env, NO_PROXY: '*', no_proxy: '*' } }) }
      }
      const { transport } = current.opened
      return transport(throughProxy(proxy.url, new URL(address)), init)
    },
    close: () => current?.opened.close(),
  }
}

/** The proxy's scheme and host, its path before the request's own, and the request's query. */
function throughProxy(proxy: URL, url: URL): string {
  return `${proxy.origin}${proxy.pathname.replace(/\/+$/, '')}${url.pathname}${url.search}`
}
