import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { Answer } from '../http/answer.ts'
import { nodeListener } from '../http/node-listener.ts'
import { createCertificateAuthority, createCertificateFor } from '../pki/certificate-authority.ts'
import { createPrivateFile } from '../primitives/private-file.ts'

/** What the token proxy is like. */
export interface AksTokenProxyOptions {
  /** The name in its certificate, which clients must ask for. Default: a random one. */
  sniName?: string
  /** Prefix of its paths, such as `/identity`. Default: none. */
  path?: string
}

/** A request that reached the proxy. */
export interface ProxiedRequest {
  /** Such as `POST`. */
  readonly method: string
  /** The path of the address. */
  readonly path: string
  /** The name that the client asked for in the TLS handshake. */
  readonly servername: string | false
  /** HTTP status; `undefined` while it is pending, and when a fault dropped the connection. */
  status: number | undefined
}

/** The token proxy of AKS identity bindings: the emulator's token endpoint behind a certificate of its own. */
export interface AksTokenProxy {
  /** Where it listens. */
  readonly url: string
  /** The name in its certificate, which clients must ask for. */
  readonly sniName: string
  /** Its authority's certificate: as a file that `rotateCa` replaces, and as PEM. */
  readonly caFile: string
  /** Its authority's certificate, as PEM. */
  readonly caData: string
  /** Replaces the authority and the certificate; only clients that read the file again can connect. */
  rotateCa(): Promise<void>
  /** What it received, oldest first. */
  readonly requests: readonly ProxiedRequest[]
  /** `AZURE_KUBERNETES_TOKEN_PROXY`, `AZURE_KUBERNETES_SNI_NAME` and `AZURE_KUBERNETES_CA_FILE`. */
  readonly env: Record<string, string>
}

export interface ProxiedService {
  /** The emulator's own address. */
  url: string
  answer(request: Request): Promise<Answer>
  onClose(release: () => Promise<void>): void
}

/** Starts a proxy on loopback, which stops with the emulator. Handshakes that ask for another name fail. */
export async function aksTokenProxy(
  service: ProxiedService,
  { sniName = `${randomBytes(8).toString('hex')}.ests.aks`, path: prefix = '' }: AksTokenProxyOptions,
): Promise<AksTokenProxy> {
  let current = await createIdentity(sniName)
  const caFile = await createPrivateFile('ca.crt', current.ca)
  service.onClose(caFile.remove)
  const requests: ProxiedRequest[] = []
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { servername } = incoming.socket as TLSSocket
    const { method = '', url: path = '' } = incoming
    const entry: ProxiedRequest = { method, path, servername: servername ?? false, status: undefined }
    requests.push(entry)
    const answer = async (request: Request): Promise<Answer> => {
      const given = await service.answer(forwarded(request, service.url, prefix))
      if (given.kind !== 'dropped') entry.status = given.response.status
      return given
    }
    nodeListener('https', answer)(incoming, outgoing)
  }
  const server = createServer(
    {
      SNICallback: (name, done) => {
        if (name === sniName) done(null, current.context)
        else done(new Error(`The proxy does not answer to the name ${name}.`))
      },
    },
    listener,
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  service.onClose(() => closed(server))
  const { port } = server.address() as AddressInfo
  const url = `https://localhost:${port}${prefix}`
  return {
    url,
    sniName,
    caFile: caFile.path,
    get caData() {
      return current.ca
    },
    rotateCa: async () => {
      current = await createIdentity(sniName)
      await caFile.replace(current.ca)
    },
    requests,
    env: {
      AZURE_KUBERNETES_TOKEN_PROXY: url,
      AZURE_KUBERNETES_SNI_NAME: sniName,
      AZURE_KUBERNETES_CA_FILE: caFile.path,
    },
  }
}

async function createIdentity(sniName: string): Promise<{ ca: string; context: SecureContext }> {
  const authority = await createCertificateAuthority()
  const { certificate, privateKey } = await createCertificateFor(authority, [sniName], 'aksTokenProxy')
  return { ca: authority.certificate, context: createSecureContext({ cert: certificate, key: privateKey }) }
}

/** The same request, addressed to the emulator. */
function forwarded(request: Request, url: string, path: string): Request {
  const { pathname, search } = new URL(request.url)
  const rest = pathname.startsWith(`${path}/`) ? pathname.slice(path.length) : '/'
  const headers = new Headers(request.headers)
  headers.delete('host')
  const { method, body } = request
  return new Request(url + rest + search, { method, headers, ...(body && { body, duplex: 'half' }) })
}

function closed(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
