import type { CertificateSource, LoadCertificate } from './certificates/certificate-source.ts'
import type { NodeTransportOptions } from './http/node-transport.ts'
import type { ProxyOptions } from './http/proxy.ts'
import type { ClosableTransport } from './http/transport.ts'
import { type AuthorityOptions, parseAuthority } from './oauth/authority.ts'
import { federationAudience } from './oauth/federation-audience.ts'
import type { Env } from './runtime/environment.ts'
import type { Files } from './runtime/files/files.ts'

/** How the library itself reads what a diagnosis looks at, so that a diagnosis says what a program would meet. */
export interface DiagnosisTools {
  /** Parses an authority; throws a `TypeError` that begins with `source`. */
  parseAuthority(value: unknown, source: string, options?: AuthorityOptions): string
  /** The audience that an assertion needs, by the cloud of the authority. */
  federationAudience(authority: string): string
  /** The proxy for a URL; throws for a variable that is not the address of one. */
  proxyFor(url: URL, options: ProxyOptions | undefined, env: Env): string | undefined
  /** Connections as credentials make them, through the proxy and with the certificates that they use. */
  nodeTransport(options: NodeTransportOptions): ClosableTransport
  /** Reads a certificate with its key, as `CertificateCredential` does. */
  certificateLoader(
    source: CertificateSource,
    host: { files: Files; now(): number },
    warn: (message: string) => void,
  ): LoadCertificate
  /** This machine's files. */
  files: Files
}

/** Loads them. They are for the command line, and cost programs that do not ask for them nothing. */
export async function diagnosisTools(): Promise<DiagnosisTools> {
  const [proxy, node, certificate, files] = await Promise.all([
    import('./http/proxy.ts'),
    import('./http/load-node-transport.ts').then(({ loadNodeTransport }) => loadNodeTransport()),
    import('./certificates/certificate-source.ts'),
    import('./runtime/files/files.ts'),
  ])
  return {
    parseAuthority,
    federationAudience,
    proxyFor: proxy.proxyFor,
    nodeTransport: node,
    certificateLoader: certificate.certificateLoader,
    files: files.localFiles,
  }
}
